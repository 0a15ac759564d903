using static TorchSharp.torch;

namespace Ml.Cnn.Trainers.Training.Optimization;

/// <summary>Brings together the gradients of the processes that train one model.</summary>
internal interface IGradientReduction : IDisposable
{
    /// <summary>
    /// Replaces each gradient by its mean over all processes, in which a process counts by its weight. Called in every process once for
    /// every move of the weights, with the same parameters in the same order, before the gradients are
    /// unscaled and clipped: a gradient that overflowed in one process is skipped in all.
    /// All processes call it equally often: one that has no more images in an epoch goes on with a weight of 0.
    /// </summary>
    /// <param name="gradients">On the device of the training; changed in place.</param>
    /// <param name="weight">What the images behind this process's gradients weigh together, a scalar.</param>
    void Reduce(IReadOnlyList<Tensor> gradients, Tensor weight);
}
