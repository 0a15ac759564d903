using Microsoft.ML;
using Ml.Cnn.Trainers.Architectures;
using Ml.Cnn.Trainers.Input;
using Ml.Cnn.Trainers.Options;
using Ml.Cnn.Trainers.Settings;
using Ml.Cnn.Trainers.Training.Optimization;
using Ml.Cnn.Trainers.Weights;
using Ml.Cnn.Transforms.Augmentation;

namespace Ml.Cnn.Trainers.Training.Defaults;

/// <summary>What defaults go by.</summary>
internal sealed record DataFacts
{
    /// <summary>Labeled training images, without those kept apart for validation.</summary>
    public required long Images { get; init; }

    /// <summary>How many processes train together, each on batches of its own.</summary>
    public required int Processes { get; init; }

    /// <summary>The network's own batch size.</summary>
    public required int OwnBatchSize { get; init; }

    /// <summary>The steps in which the network learns from random weights; null: as networks mostly do.</summary>
    public int? OwnSteps { get; init; }

    /// <summary>Whether training starts from weights that something was learned with.</summary>
    public required bool HasWeights { get; init; }

    /// <summary>Whether every epoch is validated.</summary>
    public required bool IsValidated { get; init; }

    /// <summary>Whether the network sees images without colors.</summary>
    public required bool IsGray { get; init; }

    /// <summary>
    /// Whether the network has batch normalization; null: not known before it is built. Not asked where <see cref="CnnTrainerOptions.PreciseBatchNorm"/> is
    /// not left open.
    /// </summary>
    public required bool? HasBatchNorm { get; init; }

    /// <summary>Whether the pipeline before the trainer augments images already; not asked where the augmentation is not left open.</summary>
    public required bool IsAugmentedBefore { get; init; }

    /// <summary>The name of published weights for the network, if there are any, and whether they are on this machine.</summary>
    public required (string Name, bool IsAtHand)? PublishedWeights { get; init; }

    /// <param name="architecture">The network.</param>
    /// <param name="settings">With the run's seed.</param>
    /// <param name="handles">Weights and where they are kept.</param>
    /// <param name="rows">The training data.</param>
    /// <param name="feature">Its images.</param>
    /// <param name="survey">Its labels.</param>
    /// <param name="processes">How many train together.</param>
    /// <param name="isValidated">Whether every epoch is validated.</param>
    /// <param name="shape">What the network takes and gives.</param>
    public static DataFacts Of(Architecture architecture, TrainingSettings settings, TrainingHandles handles, IDataView rows, DataViewSchema.Column feature,
        LabelSurvey survey, int processes, bool isValidated, NetworkShape shape) => new()
        {
            Images = survey.Labeled,
            Processes = processes,
            OwnBatchSize = architecture.Training.BatchSize,
            OwnSteps = architecture.Training.Steps,
            HasWeights = handles.Weights is not null,
            IsValidated = isValidated,
            IsGray = shape.Channels == 1,
            HasBatchNorm = handles.Open.PreciseBatchNorm ? Normalizes(architecture, shape) : false,
            IsAugmentedBefore = handles.Open.Augmentation && Augments(rows, feature, settings.FixedSeed), // opening a source may cost
            PublishedWeights = PretrainedWeights.DefaultOf(architecture.Name) is { } published
                ? (published.Name, (handles.WeightsCache ?? WeightsCache.OfThisMachine).Contains(published)) : null,
        };

    // A network of the user's own is built once, for training.
    private static bool? Normalizes(Architecture architecture, NetworkShape shape)
    {
        if (architecture.IsUsersOwn)
            return null;
        using var network = architecture.BuildWithoutWeights(shape);
        return BatchNormalization.Following(network).Count > 0;
    }

    // Whoever augments says so when its images are asked for.
    private static bool Augments(IDataView rows, DataViewSchema.Column feature, int seed)
    {
        using var scope = AugmentationScope.Enter(seed, epoch: 1);
        foreach (var cursor in rows.GetRowCursorSet([feature], 1))
            cursor.Dispose();
        return scope.WasSeen;
    }
}
