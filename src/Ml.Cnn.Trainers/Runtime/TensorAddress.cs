using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using static TorchSharp.torch;

namespace Ml.Cnn.Trainers.Runtime;

/// <summary>Where tensors lie in memory.</summary>
internal static unsafe class TensorAddress
{
    /// <summary>The address of the first number of a tensor on the CPU, which does not move. The caller keeps the tensor while the address is used.</summary>
    public static nint Address(this Tensor tensor)
    {
        using var first = tensor.as_strided([1], [1]); // a tensor's bytes can be had where they lie in a row, and up to 2 GiB
        return (nint)Unsafe.AsPointer(ref MemoryMarshal.GetReference(first.bytes));
    }
}
