using Ml.Cnn.Experiments.Search;
using Ml.Cnn.Trainers;
using Ml.Cnn.Trainers.Architectures;

namespace Ml.Cnn.Experiments.Storage;

/// <summary>An experiment as its folder keeps it: the settings with every default filled in, and what is known of the data. What workers go by.</summary>
internal sealed record ExperimentDefinition
{
    public const int CurrentVersion = 1;

    public int FormatVersion { get; init; } = CurrentVersion;
    public string Library { get; init; } = $"Ml.Cnn.Experiments {typeof(ExperimentDefinition).Assembly.GetName().Version}";

    public required BudgetJson Budget { get; init; }
    public required IReadOnlyList<CandidateJson> Candidates { get; init; }
    public required CnnExperimentMetric Metric { get; init; }
    public required CnnExperimentLimits Limits { get; init; }
    public required SpaceJson Space { get; init; }
    public required CnnSearchMethod Search { get; init; }
    public required int FirstRungEpochs { get; init; }
    public required int ReductionFactor { get; init; }
    public required int MaximumEpochs { get; init; }

    /// <summary>Null where there is a validation set, or where there are folds.</summary>
    public required double? ValidationFraction { get; init; }

    public required int? Folds { get; init; }
    public required int Seed { get; init; }
    public required int Parallelism { get; init; }
    public required string Device { get; init; }
    public required int? Threads { get; init; }
    public required ImageCache Cache { get; init; }
    public required BadImageHandling OnBadImage { get; init; }
    public required string LabelColumnName { get; init; }
    public required string FeatureColumnName { get; init; }

    /// <summary>Configurations of an earlier experiment, which are tried first.</summary>
    public required IReadOnlyList<TrialConfiguration> WarmStart { get; init; }

    public required DataJson Data { get; init; }

    /// <summary>What the program that made the experiment notes for its workers, such as where the images are.</summary>
    public IReadOnlyDictionary<string, string> Notes { get; init; } = new Dictionary<string, string>();

    /// <summary>How many trainings a job is.</summary>
    public int Trainings => Folds ?? 1;

    public RungPlan Rungs => new(FirstRungEpochs, ReductionFactor, MaximumEpochs);

    /// <summary>The epochs behind which a job ends: its rung's, unless it is to end before.</summary>
    public int EndOf(JobDecided job) => job.Epochs ?? Rungs.Ends[job.Rung];

    public ExperimentBudget BudgetLimits => ExperimentBudget.Of(
        Budget.Seconds is { } seconds ? TimeSpan.FromSeconds(seconds) : null, Budget.Images, Budget.Trials);

    public ExperimentSpace SearchSpace => new(Space.ToSpace(),
        [.. Candidates.Select(c => new ExperimentSpace.Candidate(ArchitectureCatalog.Find(c.Architecture), c.Weights))], Seed);

    public sealed record BudgetJson(double? Seconds, long? Images, int? Trials);

    public sealed record CandidateJson(string Architecture, string? Weights);

    /// <param name="Images">To train on, in an epoch; with folds, of all folds' trainings together, per fold on average.</param>
    /// <param name="ValidationImages">To compare trials with.</param>
    /// <param name="Classes">In the order of the label's keys.</param>
    /// <param name="Channels">Of the images; null where every image has its own.</param>
    public sealed record DataJson(long Images, long ValidationImages, IReadOnlyList<string> Classes, int? Channels);

    public sealed record SpaceJson(double LowestLearningRate, double HighestLearningRate, IReadOnlyList<int> BatchSizes, IReadOnlyList<int> ImageSizes,
        IReadOnlyList<Optimizer> Optimizers, double LowestWeightDecay, double HighestWeightDecay, IReadOnlyList<string> Augmentations,
        IReadOnlyList<Freezing> Freezings)
    {
        public static SpaceJson Of(CnnSearchSpace space) => new(space.LearningRateFactor.Lowest, space.LearningRateFactor.Highest, space.BatchSizes,
            space.ImageSizes, space.Optimizers, space.WeightDecayFactor.Lowest, space.WeightDecayFactor.Highest, space.Augmentations, space.Freezings);

        public CnnSearchSpace ToSpace() => new()
        {
            LearningRateFactor = (LowestLearningRate, HighestLearningRate),
            BatchSizes = BatchSizes,
            ImageSizes = ImageSizes,
            Optimizers = Optimizers,
            WeightDecayFactor = (LowestWeightDecay, HighestWeightDecay),
            Augmentations = Augmentations,
            Freezings = Freezings,
        };
    }
}
