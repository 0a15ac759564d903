using Ml.Cnn.Trainers;
using Ml.Cnn.Trainers.Architectures;

namespace Ml.Cnn.Experiments.Search;

/// <summary>The search's points as configurations of trials, and back.</summary>
/// <remarks>
/// Learning rate and weight decay are searched as factors of what is usual for the network and the optimizer, so that what is learned of them with one network
/// serves for the others.
/// </remarks>
internal sealed class ExperimentSpace
{
    private const string ArchitectureName = "architecture";
    private const string LearningRateName = "learningRate";
    private const string BatchSizeName = "batchSize";
    private const string ImageSizeName = "imageSize";
    private const string OptimizerName = "optimizer";
    private const string WeightDecayName = "weightDecay";
    private const string AugmentationName = "augmentation";
    private const string FreezeName = "freeze";

    // Trained weights are near a good place already (CnnTrainerOptions.LearningRate).
    private const double RateOfTrainedWeights = 0.1;

    private readonly CnnSearchSpace _space;
    private readonly IReadOnlyList<Candidate> _candidates;
    private readonly int _seed;

    /// <param name="space">What is tried, with no list left empty.</param>
    /// <param name="candidates">The networks.</param>
    /// <param name="seed">The experiment's, which every trial's training has too: what differs between two trials is what was tried.</param>
    public ExperimentSpace(CnnSearchSpace space, IReadOnlyList<Candidate> candidates, int seed)
    {
        (_space, _candidates, _seed) = (space, candidates, seed);
        Dimensions =
        [
            SearchDimension.Category(ArchitectureName, candidates.Count), // also of one: a space has a dimension
            .. Scale(LearningRateName, space.LearningRateFactor),
            .. Choice(SearchDimension.Ordered(BatchSizeName, space.BatchSizes.Count)),
            .. Choice(SearchDimension.Ordered(ImageSizeName, space.ImageSizes.Count)),
            .. Choice(SearchDimension.Category(OptimizerName, space.Optimizers.Count)),
            .. Scale(WeightDecayName, space.WeightDecayFactor),
            .. Choice(SearchDimension.Category(AugmentationName, space.Augmentations.Count)),
            .. candidates.Any(candidate => candidate.Weights is not null)
                ? Choice(SearchDimension.Category(FreezeName, space.Freezings.Count)) : [],
        ];
    }

    /// <summary>What there is a choice of.</summary>
    public IReadOnlyList<SearchDimension> Dimensions { get; }

    /// <summary>A network and what its weights start from.</summary>
    public sealed record Candidate(Architecture Architecture, string? Weights);

    /// <summary>Each network's first trial: its own settings, and the first of each list.</summary>
    public IEnumerable<TrialConfiguration> Defaults => _candidates.Select(Default);

    private TrialConfiguration Default(Candidate candidate)
    {
        var (optimizer, freeze) = (_space.Optimizers[0], candidate.Weights is null ? Freezing.None : _space.Freezings[0]);
        return Configuration(candidate, 1, candidate.Architecture.Training.BatchSize, _space.ImageSizes[0], optimizer, 1, _space.Augmentations[0], freeze);
    }

    public TrialConfiguration Decode(double[] point)
    {
        var candidate = _candidates[At(ArchitectureName) is { } network ? Dimension(ArchitectureName).Choice(network) : 0];
        var freeze = candidate.Weights is null ? Freezing.None : Of(FreezeName, _space.Freezings);
        return Configuration(candidate, Factor(LearningRateName, _space.LearningRateFactor), Of(BatchSizeName, _space.BatchSizes),
            Of(ImageSizeName, _space.ImageSizes), Of(OptimizerName, _space.Optimizers), Factor(WeightDecayName, _space.WeightDecayFactor),
            Of(AugmentationName, _space.Augmentations), freeze);

        double? At(string name) => IndexOf(name) is >= 0 and var index ? point[index] : null;

        T Of<T>(string name, IReadOnlyList<T> values) => At(name) is { } coordinate ? values[Dimension(name).Choice(coordinate)] : values[0];

        double Factor(string name, (double Lowest, double Highest) range) =>
            At(name) is { } coordinate ? range.Lowest * Math.Pow(range.Highest / range.Lowest, coordinate) : range.Lowest;
    }

    /// <summary>The point that a configuration lies at; what lies outside the space is brought to its edge.</summary>
    public double[] Encode(TrialConfiguration trial)
    {
        var network = Math.Max(0, _candidates.ToList().FindIndex(candidate => candidate.Architecture.Name == trial.Architecture));
        var candidate = _candidates[network];
        return [.. Dimensions.Select(dimension => dimension.Name switch
        {
            ArchitectureName => dimension.Coordinate(network),
            LearningRateName => Position(trial.LearningRate / UsualRate(candidate, trial.Optimizer, trial.Freeze), _space.LearningRateFactor),
            BatchSizeName => dimension.Coordinate(Nearest(_space.BatchSizes, trial.BatchSize)),
            ImageSizeName => dimension.Coordinate(Nearest(_space.ImageSizes, trial.ImageSize)),
            OptimizerName => dimension.Coordinate(IndexIn(_space.Optimizers, trial.Optimizer)),
            WeightDecayName => Position(trial.WeightDecay / UsualDecay(candidate, trial.Optimizer), _space.WeightDecayFactor),
            AugmentationName => dimension.Coordinate(IndexIn(_space.Augmentations, trial.Augmentation)),
            _ => dimension.Coordinate(IndexIn(_space.Freezings, trial.Freeze)),
        })];
    }

    private TrialConfiguration Configuration(Candidate candidate, double rate, int batchSize, int imageSize, Optimizer optimizer, double decay,
        string augmentation, Freezing freeze) => new()
        {
            Architecture = candidate.Architecture.Name,
            ImageSize = Math.Max(imageSize, candidate.Architecture.MinimumImageSize),
            BatchSize = batchSize,
            LearningRate = Rounded(rate * UsualRate(candidate, optimizer, freeze)),
            Optimizer = optimizer,
            WeightDecay = Rounded(decay * UsualDecay(candidate, optimizer)),
            Augmentation = augmentation,
            Weights = candidate.Weights,
            Freeze = freeze,
            Seed = _seed,
        };

    private static double UsualRate(Candidate candidate, Optimizer optimizer, Freezing freeze) =>
        (OptimizerInfo.Of(optimizer).LearningRate ?? candidate.Architecture.Training.LearningRate)
            * (candidate.Weights is not null && freeze != Freezing.Backbone ? RateOfTrainedWeights : 1);

    private static double UsualDecay(Candidate candidate, Optimizer optimizer) =>
        OptimizerInfo.Of(optimizer).WeightDecay ?? candidate.Architecture.Training.WeightDecay;

    private static double Position(double factor, (double Lowest, double Highest) range) => factor > 0
        ? Math.Clamp(Math.Log(factor / range.Lowest) / Math.Log(range.Highest / range.Lowest), 0, 1 - 1e-9)
        : 0;

    // Three digits: what a user would write, and what reads well in a table.
    private static double Rounded(double number) => number > 0
        ? double.Parse(number.ToString("E2", System.Globalization.CultureInfo.InvariantCulture), System.Globalization.CultureInfo.InvariantCulture)
        : number;

    private static int Nearest(IReadOnlyList<int> values, int wanted) =>
        Enumerable.Range(0, values.Count).MinBy(i => Math.Abs(Math.Log((double)values[i] / wanted)));

    private static int IndexIn<T>(IReadOnlyList<T> values, T wanted) => Math.Max(0, values.ToList().IndexOf(wanted));

    private static IEnumerable<SearchDimension> Choice(SearchDimension dimension) => dimension.Choices > 1 ? [dimension] : [];

    private static IEnumerable<SearchDimension> Scale(string name, (double Lowest, double Highest) range) =>
        range.Highest > range.Lowest ? [SearchDimension.Scale(name)] : [];

    private int IndexOf(string name) => Dimensions.ToList().FindIndex(dimension => dimension.Name == name);

    private SearchDimension Dimension(string name) => Dimensions[IndexOf(name)];
}
