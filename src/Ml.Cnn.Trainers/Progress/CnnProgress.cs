namespace Ml.Cnn.Trainers;

/// <summary>How far training has come.</summary>
/// <param name="Epoch">The epoch under way, from 1.</param>
/// <param name="Epochs">How many epochs were asked for.</param>
/// <param name="Images">Images trained on in this epoch so far.</param>
/// <param name="ImagesInEpoch">Images in an epoch.</param>
/// <param name="Loss">Mean cross-entropy of this epoch so far.</param>
/// <param name="Accuracy">Training accuracy of this epoch so far, from 0 to 1.</param>
/// <param name="ImagesPerSecond">Training images per second in this epoch so far.</param>
/// <param name="Remaining">The expected time to the end of training.</param>
public sealed record CnnProgress(int Epoch, int Epochs, long Images, long ImagesInEpoch, double Loss, double Accuracy, double ImagesPerSecond,
    TimeSpan Remaining)
{
    /// <summary>Steps since training began.</summary>
    public long Step { get; init; }

    /// <summary>Training top-5 accuracy of this epoch so far, from 0 to 1; null with five classes or fewer, where it would always be 1.</summary>
    public double? Top5Accuracy { get; init; }

    /// <summary>The learning rate of the latest step.</summary>
    public double LearningRate { get; init; }

    /// <summary>The memory that the process holds now (its resident set), in bytes.</summary>
    public long Memory { get; init; }

    /// <summary>The most memory that the process held at a time so far, in bytes.</summary>
    public long PeakMemory { get; init; }

    /// <summary>The latest epoch that is over, validation included; null in the first one. Every epoch's end is reported.</summary>
    public CnnEpoch? LastEpoch { get; init; }
}
