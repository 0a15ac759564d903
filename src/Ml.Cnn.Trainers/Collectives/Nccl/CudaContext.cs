using System.Runtime.InteropServices;

namespace Ml.Cnn.Trainers.Collectives.Nccl;

/// <summary>Which GPU a thread's calls are for. libtorch goes by each tensor's own; NCCL goes by this.</summary>
internal static unsafe class CudaContext
{
    /// <summary>Makes a GPU the calling thread's, with the context that libtorch has on it (CUDA driver API, primary contexts).</summary>
    /// <param name="device">Its number.</param>
    /// <exception cref="GroupFailureException">The driver says no.</exception>
    public static void Use(int device)
    {
        var driver = NativeLibrary.Load("libcuda.so.1");
        int handle;
        nint context;
        Check(((delegate* unmanaged[Cdecl]<uint, int>)Export("cuInit"))(0));
        Check(((delegate* unmanaged[Cdecl]<int*, int, int>)Export("cuDeviceGet"))(&handle, device));
        Check(((delegate* unmanaged[Cdecl]<nint*, int, int>)Export("cuDevicePrimaryCtxRetain"))(&context, handle));
        Check(((delegate* unmanaged[Cdecl]<nint, int>)Export("cuCtxSetCurrent"))(context));

        nint Export(string name) => NativeLibrary.GetExport(driver, name);

        void Check(int result)
        {
            if (result != 0)
                throw new GroupFailureException($"The GPU cuda:{device} cannot be used for sums of several processes: the driver returned {result}.");
        }
    }
}
