using static TorchSharp.torch;

namespace Ml.Cnn.Trainers.Metrics;

/// <summary>
/// Something that is measured on every batch, in training and in validation, and told of every step and epoch. A new metric is a class of
/// its own and a place in <see cref="All"/>: history, progress, logs and checkpoints go by that list.
/// </summary>
/// <param name="name">Its name in histories and log files, in camel case.</param>
internal abstract class Metric(string name)
{
    public static Metric Loss { get; } = new LossMetric();

    public static Metric Accuracy { get; } = new AccuracyMetric();

    public static Metric Top5Accuracy { get; } = new Top5AccuracyMetric();

    /// <summary>Every metric, in the order in which histories and logs have them.</summary>
    public static IReadOnlyList<Metric> All { get; } = [Loss, Accuracy, Top5Accuracy];

    public string Name { get; } = name;

    /// <summary>What is measured on a batch: a scalar or a vector of one length for all batches. It stays on the device; nothing waits for it here.</summary>
    /// <returns>Null where the metric says nothing about such a network.</returns>
    public abstract Tensor? Measure(BatchOutput batch);

    /// <summary>What is summed over the batches. Default: what was measured.</summary>
    /// <param name="measured">On one batch.</param>
    /// <param name="images">Of the batch.</param>
    public virtual double[] Sums(double[] measured, int images) => measured;

    /// <summary>The metric over all images. Default: the first sum's mean over the images.</summary>
    /// <param name="sums">Over all batches.</param>
    /// <param name="images">Of all batches, at least 1.</param>
    public virtual double Value(double[] sums, long images) => sums[0] / images;

    /// <summary>The metric among others' values; null where it is not there.</summary>
    public double? In(IReadOnlyDictionary<string, double> values) => values.TryGetValue(Name, out var value) ? value : null;
}

/// <summary>What a network said about a batch; everything is on the device.</summary>
/// <param name="Logits">N × classes, float32.</param>
/// <param name="Labels">N class numbers, int64.</param>
/// <param name="Loss">A scalar, the mean over the images.</param>
internal readonly record struct BatchOutput(Tensor Logits, Tensor Labels, Tensor Loss);
