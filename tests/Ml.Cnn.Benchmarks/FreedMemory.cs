using System.Runtime.InteropServices;

namespace Ml.Cnn.Benchmarks;

/// <summary>What a process can tell glibc's allocator by itself (mallopt(3)).</summary>
internal static partial class FreedMemory
{
    private const int TrimThreshold = -1; // M_TRIM_THRESHOLD in malloc.h
    private const int MmapMax = -4;       // M_MMAP_MAX

    /// <summary>
    /// Lets it keep freed memory for the next step. Before libtorch asks for any: the same as starting the process under MALLOC_MMAP_MAX_=0
    /// and a MALLOC_TRIM_THRESHOLD_ that is never reached.
    /// </summary>
    public static void Keep()
    {
        if (OperatingSystem.IsLinux() && (SetOption(MmapMax, 0) == 0 || SetOption(TrimThreshold, -1) == 0))
            throw new InvalidOperationException("mallopt refused an option.");
    }

    [LibraryImport("libc", EntryPoint = "mallopt")]
    private static partial int SetOption(int parameter, int value);
}
