using System.Runtime.InteropServices;

namespace Ml.Cnn.Trainers.Collectives.Mpi;

/// <summary>The values by which a library of MPI knows the world, types and operations: every implementation has its own, and MPI 5 some for all.</summary>
/// <param name="World">MPI_COMM_WORLD.</param>
/// <param name="Byte">MPI_BYTE.</param>
/// <param name="Float">MPI_FLOAT.</param>
/// <param name="Double">MPI_DOUBLE.</param>
/// <param name="Sum">MPI_SUM.</param>
/// <param name="InPlace">MPI_IN_PLACE.</param>
/// <param name="Serialized">MPI_THREAD_SERIALIZED.</param>
internal readonly record struct MpiHandles(nint World, nint Byte, nint Float, nint Double, nint Sum, nint InPlace, int Serialized)
{
    // mpi.h of MPICH 4.0, whose values Intel MPI, MVAPICH and Microsoft MPI share: the ABI that they have agreed on.
    private static readonly MpiHandles s_mpich = new(0x44000000, 0x4c00010d, 0x4c00040a, 0x4c00080b, 0x58000003, -1, 2);

    // MPI 5.0, appendix A: the standard ABI.
    private static readonly MpiHandles s_standard = new(0x101, 0x247, 0x210, 0x214, 0x21, 1, 2048);

    /// <summary>The values of a library that is loaded.</summary>
    /// <param name="library">Exports MPI's functions.</param>
    public static MpiHandles Of(nint library)
    {
        if (IsStandard(library))
            return s_standard;
        // In Open MPI, handles are addresses of objects of its own.
        return NativeLibrary.TryGetExport(library, "ompi_mpi_comm_world", out var world)
            ? new(world, Export("ompi_mpi_byte"), Export("ompi_mpi_float"), Export("ompi_mpi_double"), Export("ompi_mpi_op_sum"), InPlace: 1, Serialized: 2)
            : s_mpich;

        nint Export(string name) => NativeLibrary.GetExport(library, name);
    }

    // The function is in libraries of another ABI, too, and gives −1 there.
    private static unsafe bool IsStandard(nint library)
    {
        if (!NativeLibrary.TryGetExport(library, "MPI_Abi_get_version", out var function))
            return false;
        int major = -1, minor = -1;
        return ((delegate* unmanaged[Cdecl]<int*, int*, int>)function)(&major, &minor) == 0 && major > 0;
    }
}
