using Ml.Cnn.Trainers.Input;

namespace Ml.Cnn.Trainers.Compilation;

/// <summary>A network for scoring alone. Any number of threads may run it at once.</summary>
internal abstract class CompiledNetwork : IDisposable
{
    /// <summary>What it is, for readers.</summary>
    public abstract CnnScoringCopy Description { get; }

    /// <summary>Computes images.</summary>
    /// <param name="images">The images, channels last.</param>
    /// <param name="output">Takes as many numbers for each image as the output has.</param>
    public abstract void Run(PixelBatch images, Span<float> output);

    /// <summary>Begins to compute images, which stay as they are meanwhile: on a GPU it returns before they are computed.</summary>
    /// <param name="images">The images, channels last.</param>
    /// <returns>Gives the numbers; null where the network has nothing to begin.</returns>
    public virtual LaunchedOutput? Launch(PixelBatch images) => null;

    /// <summary>Frees the copy's own weights.</summary>
    public abstract void Dispose();
}
