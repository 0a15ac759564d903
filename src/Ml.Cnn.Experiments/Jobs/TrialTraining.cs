using Microsoft.ML;
using Ml.Cnn.Experiments.Storage;
using Ml.Cnn.Trainers;
using Ml.Cnn.Trainers.Architectures;
using Ml.Cnn.Transforms;

namespace Ml.Cnn.Experiments.Jobs;

/// <summary>How a trial is trained: the options of an ordinary training, which the generated code has too.</summary>
internal static class TrialTraining
{
    // Little is lost when a worker dies.
    private static readonly TimeSpan s_betweenCheckpoints = TimeSpan.FromSeconds(30);

    // What CUDA, libtorch's allocator, the system (ENOMEM) and oneDNN say.
    private static readonly string[] s_outOfMemory = ["out of memory", "can't allocate memory", "cannot allocate memory", "not enough memory"];

    public static CnnOptions Options(ExperimentDefinition definition, TrialConfiguration trial, int epochs) => new()
    {
        LabelColumnName = definition.LabelColumnName,
        FeatureColumnName = definition.FeatureColumnName,
        Epochs = epochs,
        Schedule = definition.Rungs.Schedule,
        BatchSize = trial.BatchSize,
        LearningRate = trial.LearningRate,
        Optimizer = trial.Optimizer,
        WeightDecay = trial.WeightDecay,
        ImageSize = trial.ImageSize,
        Channels = definition.Data.Channels,
        Augmentation = trial.Augmentation == CnnSearchSpace.NoAugmentation ? ImageAugmentation.None : ImageAugmentation.Preset(trial.Augmentation),
        Weights = trial.Weights is { } weights ? InitialWeights.From(weights) : null,
        Freeze = trial.Freeze,
        Seed = trial.Seed,
        Device = definition.Device,
        NetworkThreads = definition.Threads,
        ReaderThreads = definition.Threads,
        Cache = definition.Cache,
        OnBadImage = definition.OnBadImage,
        // The best epoch is chosen by what the experiment is after, as far as training measures it.
        EarlyStopping = definition.Metric == CnnExperimentMetric.LogLoss
            ? new() { Metric = EarlyStoppingMetric.ValidationLoss, Patience = int.MaxValue } : EarlyStopping.Never,
    };

    /// <summary>Trains one network to an epoch, from its newest checkpoint where there is one.</summary>
    /// <param name="mlContext">ML.NET.</param>
    /// <param name="options">As <see cref="Options"/> gives them.</param>
    /// <param name="architecture">The network.</param>
    /// <param name="split">The images.</param>
    /// <param name="checkpoints">The folder of its checkpoints.</param>
    /// <param name="timeBudget">When the time is up; null: no limit.</param>
    /// <param name="cancellation">Ends it at the next step, with a checkpoint.</param>
    /// <exception cref="OperationCanceledException">It was canceled.</exception>
    public static CnnTransformer Run(MLContext mlContext, CnnOptions options, Architecture architecture, ExperimentImages.Split split, string checkpoints,
        TimeSpan? timeBudget, CancellationToken cancellation)
    {
        options.ValidationSet = split.Validation;
        options.Checkpoints = new() { Folder = checkpoints, Every = s_betweenCheckpoints, Resume = true };
        options.TimeBudget = timeBudget;
        options.CancellationToken = cancellation;
        options.OnCancellation = CancellationHandling.Throw;
        return mlContext.MulticlassClassification.Trainers.Cnn(architecture, options).Fit(split.Train);
    }

    /// <summary>Whether an exception says that there is no memory left.</summary>
    public static bool IsOutOfMemory(Exception exception) => exception is OutOfMemoryException
        || s_outOfMemory.Any(words => exception.Message.Contains(words, StringComparison.OrdinalIgnoreCase))
        || (exception is AggregateException several ? several.InnerExceptions.Any(IsOutOfMemory)
            : exception.InnerException is { } inner && IsOutOfMemory(inner));
}
