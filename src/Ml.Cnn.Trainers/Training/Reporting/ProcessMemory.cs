using System.Diagnostics;

namespace Ml.Cnn.Trainers.Training.Reporting;

/// <summary>The memory of this process, in bytes.</summary>
internal sealed class ProcessMemory
{
    private long _highest;

    /// <summary>The resident set now.</summary>
    public static long Resident => Environment.WorkingSet;

    /// <summary>The largest resident set so far: the system's figure, or the largest one seen here where the system keeps none (macOS).</summary>
    public long Peak()
    {
        using var process = Process.GetCurrentProcess();
        return _highest = Math.Max(_highest, Math.Max(process.PeakWorkingSet64, process.WorkingSet64));
    }
}
