using static TorchSharp.torch;

namespace Ml.Cnn.Trainers.Training.Optimization;

/// <summary>Brings together the gradients of the processes that train one model.</summary>
internal interface IGradientReduction : IDisposable
{
    /// <summary>How many processes there are.</summary>
    int Processes { get; }

    /// <summary>
    /// Replaces each gradient by its mean over the images of all processes. Called in every process once for
    /// every move of the weights, with the same parameters in the same order, before the gradients are
    /// unscaled and clipped: a gradient that overflowed in one process is skipped in all.
    /// All processes call it equally often: one that has no more images in an epoch goes on with a weight of 0.
    /// </summary>
    /// <param name="gradients">
    /// On the device of the training; changed in place: the sum over this process's images, each of which counts by its weight / <paramref name="unit"/>.
    /// </param>
    /// <param name="weight">What the images behind this process's gradients weigh together, a scalar.</param>
    /// <param name="unit">The same in all processes. Where it is what all images weigh together, sums need no other pass to become means.</param>
    void Reduce(IReadOnlyList<Tensor> gradients, Tensor weight, double unit);
}
