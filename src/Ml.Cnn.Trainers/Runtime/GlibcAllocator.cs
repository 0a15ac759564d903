using System.Runtime.InteropServices;

namespace Ml.Cnn.Trainers.Runtime;

/// <summary>
/// Lets glibc keep freed memory for the next training step instead of returning it to the system and faulting it in again:
/// every step frees and asks for the same large blocks. Elsewhere it does nothing.
/// </summary>
/// <remarks>The same as starting the process with MALLOC_MMAP_MAX_=0 and a high MALLOC_TRIM_THRESHOLD_. Disposing it gives the memory back.</remarks>
internal sealed partial class GlibcAllocator : IDisposable
{
    // malloc.h and mallopt(3): the parameters' numbers and defaults.
    private const int TrimThreshold = -1;
    private const int TopPad = -2;
    private const int MmapMax = -4;
    private const int DefaultTrimThreshold = 128 * 1024;
    private const int DefaultTopPad = 128 * 1024;
    private const int DefaultMmapMax = 65_536;

    // Threads but the first allocate from heaps of 64 MiB, which glibc unmaps once they are empty unless the padding is larger than that.
    private const int AboveAHeap = 256 << 20;

    private static readonly Lock s_lock = new();
    private static int s_users;

    private GlibcAllocator() { }

    /// <summary>Holds until the last of those who asked is disposed.</summary>
    public static GlibcAllocator KeepFreedMemory()
    {
        lock (s_lock)
        {
            if (s_users++ == 0)
                Set(mmapMax: 0, trimThreshold: int.MaxValue, topPad: AboveAHeap);
        }
        return new();
    }

    public void Dispose()
    {
        lock (s_lock)
        {
            if (--s_users == 0 && Set(DefaultMmapMax, DefaultTrimThreshold, DefaultTopPad))
                _ = Trim(0);
        }
    }

    private static bool Set(int mmapMax, int trimThreshold, int topPad)
    {
        if (!OperatingSystem.IsLinux())
            return false;
        try
        {
            return SetOption(MmapMax, mmapMax) == 1 && SetOption(TrimThreshold, trimThreshold) == 1 && SetOption(TopPad, topPad) == 1;
        }
        catch (Exception e) when (e is EntryPointNotFoundException or DllNotFoundException)
        {
            return false; // musl
        }
    }

    [LibraryImport("libc", EntryPoint = "mallopt")]
    private static partial int SetOption(int parameter, int value);

    [LibraryImport("libc", EntryPoint = "malloc_trim")]
    private static partial int Trim(nuint keep);
}
