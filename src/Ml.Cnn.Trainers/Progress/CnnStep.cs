using System.Text.Json.Serialization;
using Ml.Cnn.Trainers.Metrics;
using Ml.Cnn.Trainers.Progress;

namespace Ml.Cnn.Trainers;

/// <summary>
/// What one step of training came to: one batch of images. Serialized by System.Text.Json it is flat, as in steps.jsonl: <c>{step, epoch, images, loss,
/// accuracy, top5Accuracy, learningRate, imagesPerSecond}</c>.
/// </summary>
[JsonConverter(typeof(CnnStepConverter))]
public sealed record CnnStep
{
    internal CnnStep() { }

    /// <summary>The step's number, from 1 over all epochs.</summary>
    public long Step { get; init; }

    /// <summary>The epoch that the step belongs to, from 1.</summary>
    public int Epoch { get; init; }

    /// <summary>Images of the batch.</summary>
    public int Images { get; init; }

    /// <summary>Every metric over the batch, by name: "loss", "accuracy" and, with more than five classes, "top5Accuracy".</summary>
    public IReadOnlyDictionary<string, double> Metrics { get; init => field = MetricValues.Of(value); } = MetricValues.None;

    /// <summary>Mean loss over the batch, in nats.</summary>
    public double Loss => Metric.Loss.In(Metrics) ?? double.NaN;

    /// <summary>Share of the batch's images whose class had the highest score, from 0 to 1.</summary>
    public double Accuracy => Metric.Accuracy.In(Metrics) ?? double.NaN;

    /// <summary>Share of the batch's images whose class was among the five highest scores, from 0 to 1; null with five classes or fewer.</summary>
    public double? Top5Accuracy => Metric.Top5Accuracy.In(Metrics);

    /// <summary>The step's learning rate.</summary>
    public double LearningRate { get; init; }

    /// <summary>Training images per second in this epoch so far.</summary>
    public double ImagesPerSecond { get; init; }

    /// <summary>"step 12, epoch 1: loss 0.1234, accuracy 0.9876, 1234 images/s", with every metric.</summary>
    public override string ToString() => FormattableString.Invariant($"step {Step}, epoch {Epoch}: {Metrics}, {ImagesPerSecond:0} images/s");
}
