using Ml.Cnn.Trainers;
using Ml.Cnn.Trainers.Weights;

namespace Ml.Cnn.Experiments;

/// <summary>What an experiment is told. Copied when the experiment is made.</summary>
public sealed class CnnExperimentSettings
{
    /// <summary>What may be spent. Default: ten minutes.</summary>
    public ExperimentBudget Budget { get; set; } = ExperimentBudget.Time(TimeSpan.FromMinutes(10));

    /// <summary>
    /// The networks, by their names in <see cref="Trainers.Architectures.ArchitectureCatalog"/>, each once. Default: null, a spread from small to large that
    /// suits the images' size and number, those with published weights at hand first.
    /// </summary>
    public IReadOnlyList<string>? Architectures { get; set; }

    /// <summary>What is made as good as it can be. Default: accuracy.</summary>
    public CnnExperimentMetric OptimizingMetric { get; set; }

    /// <summary>What a network must keep to. Default: nothing.</summary>
    public CnnExperimentLimits Limits { get; set; } = new();

    /// <summary>What is tried beside the networks.</summary>
    public CnnSearchSpace SearchSpace { get; set; } = new();

    /// <summary>How trials are chosen. Default: <see cref="CnnSearchMethod.SuccessiveHalving"/>.</summary>
    public CnnSearchMethod Search { get; set; }

    /// <summary>
    /// Epochs of the first rung, behind which trials are compared for the first time; at least 1. Default: null, as many as show a network 8,000 images, 1 to
    /// 30; fewer where otherwise a third of a budget in images would not bring every network there, or <see cref="MaximumEpochs"/> leave no three rungs.
    /// </summary>
    public int? FirstRungEpochs { get; set; }

    /// <summary>
    /// One of so many trials goes on to the next rung, in which it is trained so many times as long; at least 2. Default 3: from a first rung of one epoch
    /// they end behind epochs 1, 4, 13 and 40.
    /// </summary>
    public int ReductionFactor { get; set; } = 3;

    /// <summary>
    /// No trial is trained for more epochs, unless the first rung alone has more; at least 1. Default: null, 40, or the end of the third rung where that is
    /// later: 52 where the first one has 4.
    /// </summary>
    public int? MaximumEpochs { get; set; }

    /// <summary>
    /// Where no validation set is given: the share of each class of the training data that is kept apart to compare trials with, above 0 and below 1.
    /// Default 0.2.
    /// </summary>
    public double ValidationFraction { get; set; } = 0.2;

    /// <summary>
    /// Where no validation set is given, instead of <see cref="ValidationFraction"/>: in how many parts the data is dealt out, 2 or more; each is scored by a
    /// network that was trained on the others, so that every trial takes as many trainings. Default: null, no folds.
    /// </summary>
    public int? Folds { get; set; }

    /// <summary>Fixes what is tried, and every training. Default: ML.NET's seed (<c>new MLContext(seed)</c>), else random.</summary>
    public int? Seed { get; set; }

    /// <summary>
    /// How many trainings are decided on before the first of them has a result, at least 1: as many workers can be busy. It is a part of the experiment,
    /// which is the same with fewer workers. Default: as many as the executor has workers.
    /// </summary>
    public int? Parallelism { get; set; }

    /// <summary>
    /// The experiment's folder, in which all of it is kept as it goes on; made where there is none. Default: null, a temporary folder that goes with the
    /// result.
    /// </summary>
    public string? Folder { get; set; }

    /// <summary>
    /// Whether the experiment in the folder goes on: with the same data and seed, and with more budget or more networks where the settings say so. Default:
    /// no, and a folder that holds an experiment is refused.
    /// </summary>
    public bool Resume { get; set; }

    /// <summary>The folder of an earlier experiment with the same classes, whose best configurations are tried first. Default: none.</summary>
    public string? WarmStartFolder { get; set; }

    /// <summary>How many configurations of <see cref="WarmStartFolder"/> are tried, at least 1. Default 3.</summary>
    public int WarmStartTrials { get; set; } = 3;

    /// <summary>Has the trainings done. Default: null, this process, one after the other.</summary>
    public ICnnTrialExecutor? Executor { get; set; }

    /// <summary>As <see cref="CnnTrainerOptions.Device"/>.</summary>
    public string Device { get; set; } = "auto";

    /// <summary>As <see cref="CnnTrainerOptions.NetworkThreads"/> and <see cref="CnnTrainerOptions.ReaderThreads"/> both. Default: every core.</summary>
    public int? Threads { get; set; }

    /// <summary>As <see cref="CnnTrainerOptions.Cache"/>.</summary>
    public ImageCache Cache { get; set; }

    /// <summary>As <see cref="CnnTrainerOptions.OnBadImage"/>, for training; a validation image that cannot be read ends the experiment.</summary>
    public BadImageHandling OnBadImage { get; set; } = BadImageHandling.Fail;

    /// <summary>Where published weights are kept. Default: the platform's cache folder.</summary>
    public WeightsCache? WeightsCache { get; set; }

    /// <summary>The column of labels: a key, or text that becomes one by value. Default "Label".</summary>
    public string LabelColumnName { get; set; } = "Label";

    /// <summary>The column of images, as trainers take it. Default "Features".</summary>
    public string FeatureColumnName { get; set; } = "Features";

    /// <summary>
    /// What workers in other processes are to know, such as where the images are: kept in the folder's settings.json as it is. Default: nothing.
    /// </summary>
    public IReadOnlyDictionary<string, string> Notes { get; set; } = new Dictionary<string, string>();

    /// <summary>Told of everything that happens. Default: nobody.</summary>
    public IProgress<CnnExperimentProgress>? Progress { get; set; }

    /// <summary>Ends the experiment at the next step: what was found is returned, and a folder can be resumed.</summary>
    public CancellationToken CancellationToken { get; set; }

    internal CnnExperimentSettings Copy() => (CnnExperimentSettings)MemberwiseClone();
}
