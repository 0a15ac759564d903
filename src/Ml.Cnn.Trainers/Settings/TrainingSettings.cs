using System.Text.Json.Serialization;
using Ml.Cnn.Transforms;

namespace Ml.Cnn.Trainers.Settings;

/// <summary>
/// Everything that a training goes by, with every default filled in that needs no data: made once, when the trainer is made, and immutable. Model
/// files keep it whole, and a
/// checkpoint is resumed only under the same settings (<see cref="DoesNotAffectResultAttribute"/> marks those that may differ).
/// </summary>
internal sealed record TrainingSettings
{
    public required ColumnSettings Columns { get; init; }
    public required InputSettings Input { get; init; }
    public required SamplingSettings Sampling { get; init; }
    public required OptimizationSettings Optimization { get; init; }
    public required LossSettings Loss { get; init; }
    public required AveragingSettings Averaging { get; init; }
    public required TransferSettings Transfer { get; init; }
    public required StoppingSettings Stopping { get; init; }
    public required SharingSettings Sharing { get; init; }
    public required ExecutionSettings Execution { get; init; }

    /// <summary>The user's seed; null until the run draws one.</summary>
    public required int? Seed { get; init; }

    /// <summary>What happens to the images of an epoch; null: nothing.</summary>
    /// <param name="epoch">From 1.</param>
    public ImageAugmentation? AugmentationOf(int epoch) => AugmentationOf(Sampling.ProgressiveResizing?.StageOf(epoch, Optimization.Epochs));

    /// <summary>What happens to the images of a stage; null: nothing.</summary>
    /// <param name="stage">Null: images have their full size.</param>
    public ImageAugmentation? AugmentationOf(ProgressiveStage? stage) =>
        stage?.Augmentation is { } own ? (own == ImageAugmentation.None ? null : own) : Input.Augmentation;

    /// <summary>The seed of a run under way.</summary>
    [JsonIgnore]
    public int FixedSeed => Seed ?? throw new InvalidOperationException("The seed is drawn at the beginning of Fit.");
}
