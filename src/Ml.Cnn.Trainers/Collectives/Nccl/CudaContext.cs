namespace Ml.Cnn.Trainers.Collectives.Nccl;

/// <summary>Which GPU a thread's calls are for. libtorch goes by each tensor's own; NCCL goes by this.</summary>
internal static unsafe class CudaContext
{
    /// <summary>Makes a GPU the calling thread's, with the context that libtorch has on it (CUDA driver API, primary contexts).</summary>
    /// <param name="device">Its number.</param>
    /// <exception cref="GroupFailureException">The driver says no.</exception>
    public static void Use(int device)
    {
        int handle;
        nint context;
        CudaDriver.Check(((delegate* unmanaged[Cdecl]<uint, int>)CudaDriver.Export("cuInit"))(0));
        CudaDriver.Check(((delegate* unmanaged[Cdecl]<int*, int, int>)CudaDriver.Export("cuDeviceGet"))(&handle, device));
        CudaDriver.Check(((delegate* unmanaged[Cdecl]<nint*, int, int>)CudaDriver.Export("cuDevicePrimaryCtxRetain"))(&context, handle));
        CudaDriver.Check(((delegate* unmanaged[Cdecl]<nint, int>)CudaDriver.Export("cuCtxSetCurrent"))(context));
    }
}
