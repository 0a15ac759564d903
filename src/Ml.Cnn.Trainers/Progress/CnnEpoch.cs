using System.Text.Json.Serialization;
using Ml.Cnn.Trainers.Metrics;
using Ml.Cnn.Trainers.Progress;

namespace Ml.Cnn.Trainers;

/// <summary>
/// What one epoch of training came to. Serialized by System.Text.Json it is flat, as in epochs.jsonl: <c>{epoch, epochs, loss, accuracy, validationLoss,
/// validationAccuracy, learningRate, images, seconds, isBest, steps, top5Accuracy, validationTop5Accuracy, imagesPerSecond, validationImagesPerSecond,
/// peakMemory}</c>.
/// </summary>
[JsonConverter(typeof(CnnEpochConverter))]
public sealed record CnnEpoch
{
    internal CnnEpoch() { }

    /// <summary>The epoch's number, from 1.</summary>
    public int Epoch { get; init; }

    /// <summary>How many epochs were asked for.</summary>
    public int Epochs { get; init; }

    /// <summary>Every metric over the epoch's images while training, by name: "loss", "accuracy" and, with more than five classes, "top5Accuracy".</summary>
    public IReadOnlyDictionary<string, double> Metrics { get; init => field = MetricValues.Of(value); } = MetricValues.None;

    /// <summary>The same on the validation set after the epoch; empty without one.</summary>
    public IReadOnlyDictionary<string, double> ValidationMetrics { get; init => field = MetricValues.Of(value); } = MetricValues.None;

    /// <summary>Mean cross-entropy over the epoch's images, in nats.</summary>
    public double Loss => Metric.Loss.In(Metrics) ?? double.NaN;

    /// <summary>Share of the epoch's images whose class had the highest score while training, from 0 to 1.</summary>
    public double Accuracy => Metric.Accuracy.In(Metrics) ?? double.NaN;

    /// <summary>
    /// Share of the epoch's images whose class was among the five highest scores while training, from 0 to 1; null with five classes or
    /// fewer, where it would always be 1.
    /// </summary>
    public double? Top5Accuracy => Metric.Top5Accuracy.In(Metrics);

    /// <summary>Mean cross-entropy over the validation set, in nats; null without one.</summary>
    public double? ValidationLoss => Metric.Loss.In(ValidationMetrics);

    /// <summary>Accuracy on the validation set after the epoch, from 0 to 1; null without one.</summary>
    public double? ValidationAccuracy => Metric.Accuracy.In(ValidationMetrics);

    /// <summary>Top-5 accuracy on the validation set after the epoch, from 0 to 1; null without one, and with five classes or fewer.</summary>
    public double? ValidationTop5Accuracy => Metric.Top5Accuracy.In(ValidationMetrics);

    /// <summary>The learning rate of the epoch's last step.</summary>
    public double LearningRate { get; init; }

    /// <summary>How many images were trained on.</summary>
    public long Images { get; init; }

    /// <summary>How long the epoch's training took, validation left out.</summary>
    public double Seconds { get; init; }

    /// <summary>Whether this epoch is the best so far: by validation accuracy, or by training loss without a validation set.</summary>
    public bool IsBest { get; init; }

    /// <summary>Steps since training began, this epoch's included.</summary>
    public long Steps { get; init; }

    /// <summary>Training images per second.</summary>
    public double ImagesPerSecond => Seconds > 0 ? Images / Seconds : 0;

    /// <summary>Validation images per second; null without a validation set.</summary>
    public double? ValidationImagesPerSecond { get; init; }

    /// <summary>The most memory that the process held at a time so far (its peak resident set), in bytes.</summary>
    public long PeakMemory { get; init; }

    /// <summary>"epoch 2/10: loss 0.1234, accuracy 0.9876, validation loss 0.2345, validation accuracy 0.9765, 1234 images/s", with every metric.</summary>
    public override string ToString() =>
        FormattableString.Invariant($"epoch {Epoch}/{Epochs}: {Metrics}{Validation}, {ImagesPerSecond:0} images/s");

    private string Validation => ValidationMetrics.Count == 0 ? "" : ", " + ((MetricValues)ValidationMetrics).ToString("validation ");
}
