namespace Ml.Cnn.Trainers.Compilation;

/// <summary>The output of a forward pass that was begun. On a GPU it may not be there yet.</summary>
internal abstract class LaunchedOutput : IDisposable
{
    /// <summary>Waits for the numbers and takes them.</summary>
    /// <param name="numbers">Takes as many numbers for each image as the output has.</param>
    public abstract void CopyTo(Span<float> numbers);

    /// <inheritdoc/>
    public abstract void Dispose();
}
