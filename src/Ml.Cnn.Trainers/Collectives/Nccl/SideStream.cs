namespace Ml.Cnn.Trainers.Collectives.Nccl;

/// <summary>A stream of a GPU beside the one in which libtorch computes (CUDA driver API, streams and events).</summary>
internal sealed unsafe class SideStream
{
    private const uint NonBlocking = 1; // CU_STREAM_NON_BLOCKING: does not wait for libtorch's stream by itself
    private const uint WithoutTime = 2; // CU_EVENT_DISABLE_TIMING
    private const nint Main = 0; // libtorch's

    private readonly delegate* unmanaged[Cdecl]<nint, nint, int> _record =
        (delegate* unmanaged[Cdecl]<nint, nint, int>)CudaDriver.Export("cuEventRecord");

    private readonly delegate* unmanaged[Cdecl]<nint, nint, uint, int> _wait =
        (delegate* unmanaged[Cdecl]<nint, nint, uint, int>)CudaDriver.Export("cuStreamWaitEvent");

    private readonly nint _event;

    /// <summary>On the calling thread's GPU.</summary>
    /// <exception cref="GroupFailureException">The driver says no.</exception>
    public SideStream()
    {
        nint stream, mark;
        CudaDriver.Check(((delegate* unmanaged[Cdecl]<nint*, uint, int>)CudaDriver.Export("cuStreamCreate"))(&stream, NonBlocking));
        CudaDriver.Check(((delegate* unmanaged[Cdecl]<nint*, uint, int>)CudaDriver.Export("cuEventCreate"))(&mark, WithoutTime));
        (Handle, _event) = (stream, mark);
    }

    /// <summary>As CUDA's functions take it.</summary>
    public nint Handle { get; }

    /// <summary>What is begun in this stream from now on waits for what libtorch was asked for before.</summary>
    public void Follow() => Wait(Main, Handle);

    /// <summary>What libtorch is asked for from now on waits for what was begun in this stream before.</summary>
    public void Lead() => Wait(Handle, Main);

    // An event may be recorded anew as soon as others were told to wait for it.
    private void Wait(nint first, nint then)
    {
        CudaDriver.Check(_record(_event, first));
        CudaDriver.Check(_wait(then, _event, 0));
    }
}
