using System.Runtime.InteropServices;
using System.Text;

namespace Ml.Cnn.Trainers.Collectives.Mpi;

/// <summary>MPI's functions, as a library that is loaded has them. MPI itself ends all processes where one of them fails, which is its default.</summary>
internal sealed unsafe class MpiLibrary
{
    private const int LongestVersion = 8192; // of all implementations

    private readonly nint _library;

    private MpiLibrary(nint library, string name)
    {
        (_library, Name) = (library, name);
        Handles = MpiHandles.Of(library);
        InitThread = (delegate* unmanaged[Cdecl]<int*, nint, int, int*, int>)Export("MPI_Init_thread");
        Initialized = (delegate* unmanaged[Cdecl]<int*, int>)Export("MPI_Initialized");
        QueryThread = (delegate* unmanaged[Cdecl]<int*, int>)Export("MPI_Query_thread");
        Finish = (delegate* unmanaged[Cdecl]<int>)Export("MPI_Finalize");
        Abort = (delegate* unmanaged[Cdecl]<nint, int, int>)Export("MPI_Abort");
        Rank = (delegate* unmanaged[Cdecl]<nint, int*, int>)Export("MPI_Comm_rank");
        Size = (delegate* unmanaged[Cdecl]<nint, int*, int>)Export("MPI_Comm_size");
        AllReduce = (delegate* unmanaged[Cdecl]<nint, nint, int, nint, nint, nint, int>)Export("MPI_Allreduce");
        BeginAllReduce = (delegate* unmanaged[Cdecl]<nint, nint, int, nint, nint, nint, nint*, int>)Export("MPI_Iallreduce");
        AllGather = (delegate* unmanaged[Cdecl]<nint, int, nint, nint, int, nint, nint, int>)Export("MPI_Allgather");
        BeginAllGather = (delegate* unmanaged[Cdecl]<nint, int, nint, nint, int, nint, nint, nint*, int>)Export("MPI_Iallgather");
        AllToAll = (delegate* unmanaged[Cdecl]<nint, int, nint, nint, int, nint, nint, int>)Export("MPI_Alltoall");
        Broadcast = (delegate* unmanaged[Cdecl]<nint, int, nint, int, nint, int>)Export("MPI_Bcast");
        Test = (delegate* unmanaged[Cdecl]<nint*, int*, nint, int>)Export("MPI_Test");
        BeginSend = (delegate* unmanaged[Cdecl]<nint, int, nint, int, int, nint, nint*, int>)Export("MPI_Isend");
        BeginProbe = (delegate* unmanaged[Cdecl]<int, int, nint, int*, nint, int>)Export("MPI_Iprobe");
        Receive = (delegate* unmanaged[Cdecl]<nint, int, nint, int, int, nint, nint, int>)Export("MPI_Recv");
    }

    /// <summary>The file: "libmpi.so.40".</summary>
    public string Name { get; }

    public MpiHandles Handles { get; }

    /// <summary>(null, null, wanted level, its level): handles are passed as addresses, whose lower half an implementation with whole numbers reads.</summary>
    public readonly delegate* unmanaged[Cdecl]<int*, nint, int, int*, int> InitThread;
    public readonly delegate* unmanaged[Cdecl]<int*, int> Initialized;
    public readonly delegate* unmanaged[Cdecl]<int*, int> QueryThread;
    public readonly delegate* unmanaged[Cdecl]<int> Finish;
    public readonly delegate* unmanaged[Cdecl]<nint, int, int> Abort;
    public readonly delegate* unmanaged[Cdecl]<nint, int*, int> Rank;
    public readonly delegate* unmanaged[Cdecl]<nint, int*, int> Size;

    /// <summary>(from, to, count, type, operation, communicator).</summary>
    public readonly delegate* unmanaged[Cdecl]<nint, nint, int, nint, nint, nint, int> AllReduce;
    public readonly delegate* unmanaged[Cdecl]<nint, nint, int, nint, nint, nint, nint*, int> BeginAllReduce;

    /// <summary>(from, count, type, to, count, type, communicator).</summary>
    public readonly delegate* unmanaged[Cdecl]<nint, int, nint, nint, int, nint, nint, int> AllGather;
    public readonly delegate* unmanaged[Cdecl]<nint, int, nint, nint, int, nint, nint, nint*, int> BeginAllGather;
    public readonly delegate* unmanaged[Cdecl]<nint, int, nint, nint, int, nint, nint, int> AllToAll;

    /// <summary>(buffer, count, type, root, communicator).</summary>
    public readonly delegate* unmanaged[Cdecl]<nint, int, nint, int, nint, int> Broadcast;

    /// <summary>(request, whether it is done, status).</summary>
    public readonly delegate* unmanaged[Cdecl]<nint*, int*, nint, int> Test;

    /// <summary>(buffer, count, type, rank, tag, communicator, request).</summary>
    public readonly delegate* unmanaged[Cdecl]<nint, int, nint, int, int, nint, nint*, int> BeginSend;

    /// <summary>(rank, tag, communicator, whether something came, status).</summary>
    public readonly delegate* unmanaged[Cdecl]<int, int, nint, int*, nint, int> BeginProbe;

    /// <summary>(buffer, count, type, rank, tag, communicator, status).</summary>
    public readonly delegate* unmanaged[Cdecl]<nint, int, nint, int, int, nint, nint, int> Receive;

    /// <summary>"Open MPI v4.1.4": as the library calls itself.</summary>
    public string Version
    {
        get
        {
            if (!NativeLibrary.TryGetExport(_library, "MPI_Get_library_version", out var function))
                return Name;
            var text = stackalloc byte[LongestVersion];
            int length;
            ((delegate* unmanaged[Cdecl]<byte*, int*, int>)function)(text, &length);
            var lines = Encoding.UTF8.GetString(text, length).Split(',', '\n', '\0');
            return string.Join(' ', lines[0].Split((char[])[' ', '\t', ':'], StringSplitOptions.RemoveEmptyEntries));
        }
    }

    /// <summary>Loads the library that belongs to a launcher.</summary>
    /// <exception cref="InvalidOperationException">There is none.</exception>
    public static MpiLibrary Load(Launcher launcher)
    {
        var names = Names(launcher);
        foreach (var name in names)
        {
            if (NativeLibrary.TryLoad(name, out var library) && NativeLibrary.TryGetExport(library, "MPI_Init_thread", out _))
                return new(library, name);
        }
        var (variable, package) = launcher == Launcher.OpenMpi ? ("OMPI_COMM_WORLD_RANK or PMIX_RANK", "Debian: libopenmpi3")
            : ("PMI_RANK", "Debian: libmpich12; Windows: Microsoft MPI");
        throw new InvalidOperationException($"This process was started as one of several ({variable} is set), but no library of MPI can be loaded that fits: "
            + $"{string.Join(", ", names)} were looked for. Install the one that belongs to the mpirun in use ({package}), add its folder to LD_LIBRARY_PATH, "
            + $"or set {nameof(CnnTrainerOptions.Distribution)} to None to train in each process alone.");
    }

    // The file that a package for running programs has goes before the one for developers, which may be of another MPI on the same machine.
    private static string[] Names(Launcher launcher) => launcher == Launcher.OpenMpi
        ? OperatingSystem.IsMacOS() ? ["libmpi.40.dylib", "libmpi.dylib", "libmpi_abi.dylib"] : ["libmpi.so.40", "libmpi_abi.so.0", "libmpi.so"]
        : OperatingSystem.IsWindows() ? ["msmpi.dll", "impi.dll"]
        : OperatingSystem.IsMacOS() ? ["libmpi.12.dylib", "libmpich.dylib", "libmpi.dylib", "libmpi_abi.dylib"]
        : ["libmpich.so.12", "libmpi.so.12", "libmpi_abi.so.0", "libmpich.so"];

    private nint Export(string name) => NativeLibrary.GetExport(_library, name);
}
