using static TorchSharp.torch;

namespace Ml.Cnn.Trainers.Training.Optimization;

/// <summary>Brings together the gradients of the processes that train one model.</summary>
/// <remarks>
/// Once for every move of the weights each process begins all gradients and ends, before the gradients are unscaled and clipped: a gradient that overflowed in
/// one process is skipped in all. All processes do so equally often: one that has no more images in an epoch goes on with a weight of 0.
/// </remarks>
internal interface IGradientReduction : IDisposable
{
    /// <summary>How many processes there are.</summary>
    int Processes { get; }

    /// <summary>Whether gradients travel from <see cref="Begin"/> on, beside what is computed.</summary>
    bool IsConcurrent { get; }

    /// <summary>Takes gradients that are whole in this process.</summary>
    /// <param name="gradients">
    /// In the same order in all processes, on the device of the training: the sums over this process's images, each of which counts by its weight / unit.
    /// Changed in place, and disposed as handles.
    /// </param>
    void Begin(IReadOnlyList<Tensor> gradients);

    /// <summary>Replaces each gradient that was begun by its mean over the images of all processes.</summary>
    /// <param name="weight">What the images behind this process's gradients weigh together, a scalar.</param>
    /// <param name="unit">The same in all processes. Where it is what all images weigh together, sums need no other pass to become means.</param>
    void End(Tensor weight, double unit);
}
