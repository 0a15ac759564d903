using System.Runtime.InteropServices;
using static TorchSharp.torch;

namespace Ml.Cnn.Trainers.Compilation;

/// <summary>What libtorch has begun to compute.</summary>
/// <param name="output">Float32, on the network's device; disposed with this.</param>
internal sealed class LaunchedTensor(Tensor output) : LaunchedOutput
{
    public override void CopyTo(Span<float> numbers)
    {
        using var scope = NewDisposeScope();
        output.cpu().contiguous().bytes.CopyTo(MemoryMarshal.AsBytes(numbers));
    }

    public override void Dispose() => output.Dispose();
}
