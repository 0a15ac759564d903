using System.Runtime.InteropServices;

namespace Ml.Cnn.Trainers.Collectives.Nccl;

/// <summary>NCCL's functions (nccl.h), as a library that is loaded has them.</summary>
internal sealed unsafe class NcclLibrary
{
    private readonly nint _library;

    private NcclLibrary(nint library)
    {
        _library = library;
        GetUniqueId = (delegate* unmanaged[Cdecl]<NcclUniqueId*, int>)Export("ncclGetUniqueId");
        InitRank = (delegate* unmanaged[Cdecl]<nint*, int, NcclUniqueId, int, int>)Export("ncclCommInitRank");
        AllReduce = (delegate* unmanaged[Cdecl]<nint, nint, nuint, int, int, nint, nint, int>)Export("ncclAllReduce");
        ErrorText = (delegate* unmanaged[Cdecl]<int, nint>)Export("ncclGetErrorString");
    }

    /// <summary>(its number).</summary>
    public readonly delegate* unmanaged[Cdecl]<NcclUniqueId*, int> GetUniqueId;

    /// <summary>(communicator, world, number of the group, rank): on the thread's current device.</summary>
    public readonly delegate* unmanaged[Cdecl]<nint*, int, NcclUniqueId, int, int> InitRank;

    /// <summary>(from, to, count, type, operation, communicator, stream).</summary>
    public readonly delegate* unmanaged[Cdecl]<nint, nint, nuint, int, int, nint, nint, int> AllReduce;

    private readonly delegate* unmanaged[Cdecl]<int, nint> ErrorText;

    /// <summary>Loads NCCL: a library of its own, as PyTorch's packages have it beside libtorch, or the one within libtorch.</summary>
    /// <returns>Null where there is none.</returns>
    public static NcclLibrary? TryLoad()
    {
        foreach (var name in (string[])["libnccl.so.2", "libtorch_cuda.so"])
        {
            if (OperatingSystem.IsLinux() && NativeLibrary.TryLoad(name, typeof(NcclLibrary).Assembly, null, out var library)
                && NativeLibrary.TryGetExport(library, "ncclCommInitRank", out _))
            {
                return new(library);
            }
        }
        return null;
    }

    /// <summary>Makes a failure an exception.</summary>
    /// <param name="result">Of one of the functions.</param>
    /// <param name="what">What was to be done.</param>
    /// <exception cref="GroupFailureException">It is not 0.</exception>
    public void Check(int result, string what)
    {
        if (result != 0)
            throw new GroupFailureException($"NCCL failed at {what}: {Marshal.PtrToStringUTF8(ErrorText(result))} (NCCL_DEBUG=INFO makes it tell more).");
    }

    private nint Export(string name) => NativeLibrary.GetExport(_library, name);
}

/// <summary>What processes know a group by, which one of them makes (ncclUniqueId).</summary>
internal unsafe struct NcclUniqueId
{
    public const int Size = 128;

    public fixed byte Bytes[Size];
}
