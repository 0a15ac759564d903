using System.Runtime.InteropServices;

namespace Ml.Cnn.Trainers.Collectives.Mpi;

/// <summary>The end of MPI in a process whose others leave, too, and have nothing more to say.</summary>
/// <remarks>
/// MPICH 4.0.2 over UCX's TCP does not always come back from MPI_Finalize: a process that has closed its connections waits for the launcher, and answers no
/// more to another one that still closes them. A program in C that does nothing but add up numbers waits so without end, too, in three of six runs.
/// </remarks>
internal static partial class MpiFarewell
{
    private static readonly TimeSpan s_least = TimeSpan.FromSeconds(5); // where MPI_Finalize comes back, it takes milliseconds

    /// <summary>Leaves MPI, or, where that does not come back, ends the process with its exit code.</summary>
    /// <param name="finish">MPI_Finalize.</param>
    public static void Finish(Action finish)
    {
        if (OperatingSystem.IsWindows()) // Microsoft's and Intel's MPI are not known to wait
        {
            finish();
            return;
        }
        var hasFinished = false;
        var end = NextMoment(DateTime.UtcNow);
        new Thread(() =>
        {
            Thread.Sleep(end - DateTime.UtcNow is { Ticks: > 0 } left ? left : TimeSpan.Zero);
            if (!Volatile.Read(ref hasFinished))
                Exit(Environment.ExitCode);
        })
        { IsBackground = true, Name = "MlCnn farewell" }.Start();
        finish();
        Volatile.Write(ref hasFinished, true);
    }

    // The same one in all processes, since the launcher kills the rest when it sees one end without MPI_Finalize.
    private static DateTime NextMoment(DateTime now) => new((now.Ticks / s_least.Ticks + 2) * s_least.Ticks, DateTimeKind.Utc);

    // At once: the process is ending already, and what MPI still waits in must not be waited for.
    [LibraryImport("libc", EntryPoint = "_exit")]
    private static partial void Exit(int code);
}
