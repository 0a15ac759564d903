using Ml.Cnn.Trainers.Metrics;

namespace Ml.Cnn.Trainers.Progress;

/// <summary>A value of a record in files.</summary>
/// <param name="Name">In camel case.</param>
/// <param name="Value">A number, a truth value, or null where the record has none.</param>
internal sealed record RecordColumn<T>(string Name, Func<T, object?> Value);

/// <summary>What files say of an epoch and of a step, in this order: logs, model files and checkpoints.</summary>
internal static class RecordColumns
{
    private const string ValidationPrefix = "validation";

    // Loss and accuracy have their place among the first columns, the other metrics behind them.
    private static readonly Metric[] s_first = [Metric.Loss, Metric.Accuracy];

    public static IReadOnlyList<RecordColumn<CnnEpoch>> OfEpoch { get; } =
    [
        new("epoch", e => e.Epoch),
        new("epochs", e => e.Epochs),
        .. s_first.Select(Training),
        .. s_first.Select(Validation),
        new("learningRate", e => e.LearningRate),
        new("images", e => e.Images),
        new("seconds", e => e.Seconds),
        new("isBest", e => e.IsBest),
        new("steps", e => e.Steps),
        .. Metric.All.Except(s_first).SelectMany(metric => new[] { Training(metric), Validation(metric) }),
        new("imagesPerSecond", e => e.ImagesPerSecond),
        new("validationImagesPerSecond", e => e.ValidationImagesPerSecond),
        new("peakMemory", e => e.PeakMemory),
    ];

    public static IReadOnlyList<RecordColumn<CnnStep>> OfStep { get; } =
    [
        new("step", s => s.Step),
        new("epoch", s => s.Epoch),
        new("images", s => s.Images),
        .. Metric.All.Select(metric => new RecordColumn<CnnStep>(metric.Name, s => metric.In(s.Metrics))),
        new("learningRate", s => s.LearningRate),
        new("imagesPerSecond", s => s.ImagesPerSecond),
    ];

    /// <summary>A metric's name on the validation set: "validationLoss".</summary>
    public static string ValidationName(Metric metric) => ValidationPrefix + char.ToUpperInvariant(metric.Name[0]) + metric.Name[1..];

    private static RecordColumn<CnnEpoch> Training(Metric metric) => new(metric.Name, e => metric.In(e.Metrics));

    private static RecordColumn<CnnEpoch> Validation(Metric metric) => new(ValidationName(metric), e => metric.In(e.ValidationMetrics));
}
