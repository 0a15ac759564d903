using System.Runtime.InteropServices;

namespace Ml.Cnn.Trainers.Collectives.Nccl;

/// <summary>The CUDA driver's C functions, by their names (CUDA driver API).</summary>
internal static class CudaDriver
{
    private static readonly Lazy<nint> s_library = new(() => NativeLibrary.Load("libcuda.so.1"));

    /// <summary>A function's address.</summary>
    public static nint Export(string name) => NativeLibrary.GetExport(s_library.Value, name);

    /// <summary>Makes a failure an exception.</summary>
    /// <param name="result">Of a function.</param>
    /// <exception cref="GroupFailureException">It is not 0.</exception>
    public static void Check(int result)
    {
        if (result != 0)
            throw new GroupFailureException($"The GPU cannot be used for sums of several processes: the driver returned {result}.");
    }
}
