namespace Ml.Cnn.Trainers;

/// <summary>What one epoch of training came to.</summary>
/// <param name="Epoch">Its number, from 1.</param>
/// <param name="Epochs">How many epochs were asked for.</param>
/// <param name="Loss">Mean cross-entropy over the epoch's images, in nats.</param>
/// <param name="Accuracy">Share of the epoch's images whose class had the highest score while training, from 0 to 1.</param>
/// <param name="ValidationLoss">Mean cross-entropy over the validation set; null without one.</param>
/// <param name="ValidationAccuracy">Accuracy on the validation set after the epoch; null without one.</param>
/// <param name="LearningRate">The learning rate of the epoch's last step.</param>
/// <param name="Images">How many images were trained on.</param>
/// <param name="Seconds">How long the epoch's training took, validation left out.</param>
/// <param name="IsBest">Whether this epoch is the best so far: by validation accuracy, or by training loss without a validation set.</param>
public sealed record CnnEpoch(int Epoch, int Epochs, double Loss, double Accuracy, double? ValidationLoss, double? ValidationAccuracy,
    double LearningRate, long Images, double Seconds, bool IsBest)
{
    /// <summary>Steps since training began, this epoch's included.</summary>
    public long Steps { get; init; }

    /// <summary>
    /// Share of the epoch's images whose class was among the five highest scores while training, from 0 to 1; null with five classes or
    /// fewer, where it would always be 1.
    /// </summary>
    public double? Top5Accuracy { get; init; }

    /// <summary>Top-5 accuracy on the validation set after the epoch; null without one, and with five classes or fewer.</summary>
    public double? ValidationTop5Accuracy { get; init; }

    /// <summary>Training images per second.</summary>
    public double ImagesPerSecond => Seconds > 0 ? Images / Seconds : 0;

    /// <summary>Validation images per second; null without a validation set.</summary>
    public double? ValidationImagesPerSecond { get; init; }

    /// <summary>The most memory that the process held at a time so far (its peak resident set), in bytes.</summary>
    public long PeakMemory { get; init; }
}
