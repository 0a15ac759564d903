using Ml.Cnn.Trainers.Collectives.Mpi;

namespace DistributionWorker;

/// <summary>The end of a process whose MPI_Finalize does not come back.</summary>
internal static class Farewell
{
    public const int ExitCode = 3;

    public static int Run()
    {
        AppDomain.CurrentDomain.ProcessExit += (_, _) => MpiFarewell.Finish(() => Thread.Sleep(Timeout.Infinite));
        Console.WriteLine("trained");
        return ExitCode;
    }
}
