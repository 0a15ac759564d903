using System.Runtime.InteropServices;

namespace WebApi;

/// <summary>How much memory glibc keeps for the threads of the service.</summary>
/// <remarks>
/// glibc gives threads up to eight arenas per core, each of which keeps what its threads once needed and freed. The requests of a service come on ever other
/// threads of the pool, so that one arena after the other grows to the largest that a request takes: a third more memory after half an hour. Few arenas are
/// enough, since images are decoded on as many threads as there are cores. MALLOC_ARENA_MAX in the environment says another number.
/// </remarks>
internal static partial class NativeMemory
{
    private const int ArenaMaximum = -8; // M_ARENA_MAX of malloc.h

    /// <summary>At the start, before threads have arenas.</summary>
    public static void UseFewArenas()
    {
        if (!OperatingSystem.IsLinux() || Environment.GetEnvironmentVariable("MALLOC_ARENA_MAX") is not null)
            return;
        try
        {
            _ = SetOption(ArenaMaximum, Math.Max(2, Environment.ProcessorCount));
        }
        catch (EntryPointNotFoundException)
        {
            // Another C library, which has no arenas.
        }
    }

    [LibraryImport("libc", EntryPoint = "mallopt")]
    private static partial int SetOption(int option, int value);
}
