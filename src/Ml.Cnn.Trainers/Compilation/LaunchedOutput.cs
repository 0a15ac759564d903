using System.Runtime.InteropServices;
using static TorchSharp.torch;

namespace Ml.Cnn.Trainers.Compilation;

/// <summary>The output of a forward pass that was begun. On a GPU it may not be there yet.</summary>
/// <param name="output">Float32, on the network's device; disposed with this.</param>
internal sealed class LaunchedOutput(Tensor output) : IDisposable
{
    /// <summary>Waits for the numbers and takes them.</summary>
    /// <param name="numbers">Takes as many numbers for each image as the output has.</param>
    public void CopyTo(Span<float> numbers)
    {
        using var scope = NewDisposeScope();
        output.cpu().contiguous().bytes.CopyTo(MemoryMarshal.AsBytes(numbers));
    }

    public void Dispose() => output.Dispose();
}
