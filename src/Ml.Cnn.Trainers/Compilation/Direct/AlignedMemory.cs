using System.Runtime.InteropServices;

namespace Ml.Cnn.Trainers.Compilation.Direct;

/// <summary>Managed memory that does not move and begins at a cache line, which a vector of AVX-512 fills.</summary>
internal static class AlignedMemory
{
    private const int Line = 64; // bytes

    /// <summary>Zeros.</summary>
    /// <param name="length">How many numbers.</param>
    /// <param name="start">Where in the array they begin.</param>
    public static float[] Allocate(long length, out int start)
    {
        var memory = GC.AllocateArray<float>(checked((int)(length + Line / sizeof(float))), pinned: true);
        start = (int)((Line - Marshal.UnsafeAddrOfPinnedArrayElement(memory, 0) % Line) % Line / sizeof(float));
        return memory;
    }
}
