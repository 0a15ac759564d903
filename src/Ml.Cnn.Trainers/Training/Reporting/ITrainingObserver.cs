using Ml.Cnn.Trainers.Metrics;
using static TorchSharp.torch;

namespace Ml.Cnn.Trainers.Training.Reporting;

/// <summary>Follows a training: progress, logs, the user's callbacks. Disposed when training is over, however it ended.</summary>
internal interface ITrainingObserver : IDisposable
{
    /// <summary>The first step is about to be taken.</summary>
    /// <param name="history">Whole epochs of the training that this one goes on from; none where it starts afresh.</param>
    /// <param name="steps">Steps before the first one.</param>
    void Begin(IReadOnlyList<CnnEpoch> history, long steps);

    /// <summary>A step's results have been read: at once on the CPU, several at a time elsewhere.</summary>
    /// <param name="step">What it came to.</param>
    /// <param name="totals">The epoch's so far.</param>
    void Step(CnnStep step, PassTotals totals);

    /// <summary>The first batch that this process trains on goes through the network.</summary>
    /// <param name="images">N × channels × height × width, on the device: normalized, augmented and mixed.</param>
    /// <param name="labels">N class numbers, int64.</param>
    void FirstBatch(Tensor images, Tensor labels) { }

    /// <summary>An epoch is over, its validation included; <see cref="Epoch"/> follows.</summary>
    void Details(EpochDetails details) { }

    /// <summary>An epoch is over, its validation included.</summary>
    void Epoch(CnnEpoch epoch);
}
