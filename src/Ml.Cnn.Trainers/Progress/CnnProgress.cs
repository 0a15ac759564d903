using Ml.Cnn.Trainers.Metrics;

namespace Ml.Cnn.Trainers;

/// <summary>How far training has come.</summary>
public sealed record CnnProgress
{
    internal CnnProgress() { }

    /// <summary>The epoch under way, from 1.</summary>
    public int Epoch { get; init; }

    /// <summary>How many epochs were asked for.</summary>
    public int Epochs { get; init; }

    /// <summary>Steps since training began.</summary>
    public long Step { get; init; }

    /// <summary>Images trained on in this epoch so far.</summary>
    public long Images { get; init; }

    /// <summary>Images in an epoch.</summary>
    public long ImagesInEpoch { get; init; }

    /// <summary>Every metric of this epoch so far while training, by name: "loss", "accuracy" and, with more than five classes, "top5Accuracy".</summary>
    public IReadOnlyDictionary<string, double> Metrics { get; init => field = MetricValues.Of(value); } = MetricValues.None;

    /// <summary>Mean cross-entropy of this epoch so far, in nats.</summary>
    public double Loss => Metric.Loss.In(Metrics) ?? double.NaN;

    /// <summary>Training accuracy of this epoch so far, from 0 to 1.</summary>
    public double Accuracy => Metric.Accuracy.In(Metrics) ?? double.NaN;

    /// <summary>Training top-5 accuracy of this epoch so far, from 0 to 1; null with five classes or fewer, where it would always be 1.</summary>
    public double? Top5Accuracy => Metric.Top5Accuracy.In(Metrics);

    /// <summary>The learning rate of the latest step.</summary>
    public double LearningRate { get; init; }

    /// <summary>Training images per second in this epoch so far.</summary>
    public double ImagesPerSecond { get; init; }

    /// <summary>The expected time to the end of training.</summary>
    public TimeSpan Remaining { get; init; }

    /// <summary>The memory that the process holds now (its resident set), in bytes.</summary>
    public long Memory { get; init; }

    /// <summary>The most memory that the process held at a time so far, in bytes.</summary>
    public long PeakMemory { get; init; }

    /// <summary>The latest epoch that is over, validation included; null in the first one. Every epoch's end is reported.</summary>
    public CnnEpoch? LastEpoch { get; init; }

    /// <summary>"epoch 2/10, 640 of 2000 images: loss 0.1234, accuracy 0.9876, 1234 images/s, 0:12:34 left", with every metric.</summary>
    public override string ToString() => FormattableString.Invariant(
        $"epoch {Epoch}/{Epochs}, {Images} of {ImagesInEpoch} images: {Metrics}, {ImagesPerSecond:0} images/s, {Remaining:h\\:mm\\:ss} left");
}
