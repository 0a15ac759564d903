using Ml.Cnn.Trainers.Architectures;
using Ml.Cnn.Trainers.Input;

namespace Ml.Cnn.Trainers.Compilation;

/// <summary>What computes a network: pixels in, numbers out. Any number of threads may compute at once; disposed with the last claim.</summary>
internal abstract class NetworkEngine : IDisposable
{
    /// <summary>Where it computes: "cpu", "cuda:0", "dml:0".</summary>
    public abstract string Device { get; }

    /// <summary>Images of a pass where there are many, 1 or more.</summary>
    public abstract int Batch { get; }

    /// <summary>Batches that are decoded or computed at a time where many are read.</summary>
    public virtual int BatchesInFlight => 1;

    /// <summary>What prepares it for the images of users: the sizes of batches, and how often each is computed.</summary>
    public virtual (IReadOnlyList<int> Batches, int Passes) WarmUp => ([1, Batch], 3); // libtorch optimizes what it has seen run

    /// <summary>Whether the pixels of <see cref="NewBatch"/> lie as height × width × channels rather than channels × height × width.</summary>
    public abstract bool ChannelsLast { get; }

    /// <summary>The copies of the network that computed so far.</summary>
    public abstract IReadOnlyList<CnnScoringCopy> Copies { get; }

    /// <summary>The cores that a pass over so many images is worth, where other threads decode images meanwhile.</summary>
    public abstract int CoresFor(int images);

    /// <summary>Memory for images on their way to the network.</summary>
    public abstract PixelBatch NewBatch(int capacity, NetworkShape shape);

    /// <summary>Computes images.</summary>
    /// <param name="request">What of them.</param>
    /// <param name="images">In memory of <see cref="NewBatch"/>, no more than <see cref="Batch"/>.</param>
    /// <param name="output">Takes as many numbers for each image as the output has.</param>
    /// <param name="warn">Takes warnings.</param>
    public abstract void Run(CopyRequest request, PixelBatch images, Span<float> output, Action<string> warn);

    /// <summary>Begins to compute images, which stay as they are meanwhile: on a GPU it returns before they are computed.</summary>
    /// <returns>Gives the numbers; null where there is nothing to begin.</returns>
    /// <inheritdoc cref="Run"/>
    public virtual LaunchedOutput? Launch(CopyRequest request, PixelBatch images, Action<string> warn) => null;

    /// <summary>Says whether the network can be applied at every place of images of any size.</summary>
    /// <exception cref="NotSupportedException">It cannot; the message says why.</exception>
    public abstract void CheckDense();

    /// <summary>The layer from which on the numbers of images are NaN or infinite, in words; null if none is found.</summary>
    /// <param name="images">The images; null: one of the engine's own.</param>
    public abstract string? FindNonFiniteLayer(PixelBatch? images);

    /// <inheritdoc/>
    public abstract void Dispose();
}
