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
    /// <summary>Training images per second.</summary>
    public double ImagesPerSecond => Seconds > 0 ? Images / Seconds : 0;
}

/// <summary>How far training has come.</summary>
/// <param name="Epoch">The epoch under way, from 1.</param>
/// <param name="Epochs">How many epochs were asked for.</param>
/// <param name="Images">Images trained on in this epoch so far.</param>
/// <param name="ImagesInEpoch">Images in an epoch.</param>
/// <param name="Loss">Mean cross-entropy of this epoch so far.</param>
/// <param name="Accuracy">Training accuracy of this epoch so far, from 0 to 1.</param>
/// <param name="ImagesPerSecond">Training images per second in this epoch so far.</param>
/// <param name="Remaining">The expected time to the end of training.</param>
public sealed record CnnProgress(int Epoch, int Epochs, long Images, long ImagesInEpoch, double Loss, double Accuracy, double ImagesPerSecond, TimeSpan Remaining);
