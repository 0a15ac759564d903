using Ml.Cnn.Trainers.Runtime;

namespace Ml.Cnn.Trainers.Collectives.Mpi;

/// <summary>MPI in this process: initialized when it is first asked for, and left when the process ends. MPI can be neither twice.</summary>
internal static unsafe class MpiWorld
{
    // Debian's Open MPI spins while a function of its waits, which costs the other threads of the machine dearly.
    private const string YieldWhenIdle = "OMPI_MCA_mpi_yield_when_idle";

    private static readonly Lock s_lock = new();
    private static MpiCollectives? s_collectives;

    /// <summary>The processes that were started with this one.</summary>
    /// <exception cref="InvalidOperationException">There is no library of MPI that fits, or it does not let threads call it.</exception>
    public static MpiCollectives Join(Launch launch)
    {
        lock (s_lock)
            return s_collectives ??= Initialize(launch);
    }

    private static MpiCollectives Initialize(Launch launch)
    {
        var mpi = MpiLibrary.Load(launch.Launcher);
        int isInitialized, level;
        mpi.Initialized(&isInitialized);
        if (isInitialized != 0) // by other code of the program, which also leaves it
            mpi.QueryThread(&level);
        else
        {
            if (Environment.GetEnvironmentVariable(YieldWhenIdle) is null)
                NativeEnvironment.TrySet(YieldWhenIdle, "1");
            mpi.InitThread(null, 0, mpi.Handles.Serialized, &level);
        }
        if (level < mpi.Handles.Serialized)
        {
            throw new InvalidOperationException($"{mpi.Version} ({mpi.Name}) lets only the thread that began with it call it: training needs "
                + "MPI_THREAD_SERIALIZED, which this build of the library does not have.");
        }
        var collectives = new MpiCollectives(mpi);
        if (launch.World is { } expected && expected != collectives.World)
        {
            throw new InvalidOperationException($"The launcher started {expected} processes, but {mpi.Version} ({mpi.Name}) knows of {collectives.World}: "
                + "mpirun belongs to another MPI than the library. Use the mpirun of this library, or put the folder of mpirun's own into LD_LIBRARY_PATH.");
        }
        if (isInitialized == 0)
            AppDomain.CurrentDomain.ProcessExit += (_, _) => collectives.Leave();
        return collectives;
    }
}
