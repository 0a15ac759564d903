using System.Runtime.InteropServices;

namespace WebApi;

/// <summary>How much memory glibc keeps for the threads of the service.</summary>
/// <remarks>
/// glibc gives threads up to eight arenas per core, each of which keeps what its threads once needed at most; the predictor has them keep it, so that every
/// request finds its memory. The requests of a service come on ever other threads of the pool, so that one arena after the other grows to the largest that
/// requests take together: the service grew by 8 % between the fifth minute and the thirtieth (tests/web-soak). One arena grows once, and is the one that
/// gives memory back when a newer model comes. Its lock is hardly taken: images are decoded in a few large blocks, and small ones come from threads' own
/// caches. MALLOC_ARENA_MAX in the environment says another number.
/// </remarks>
internal static partial class NativeMemory
{
    private const int ArenaMaximum = -8; // M_ARENA_MAX of malloc.h

    /// <summary>At the start, before threads have arenas.</summary>
    public static void UseOneArena()
    {
        if (!OperatingSystem.IsLinux() || Environment.GetEnvironmentVariable("MALLOC_ARENA_MAX") is not null)
            return;
        try
        {
            _ = SetOption(ArenaMaximum, 1);
        }
        catch (EntryPointNotFoundException)
        {
            // Another C library, which has no arenas.
        }
    }

    [LibraryImport("libc", EntryPoint = "mallopt")]
    private static partial int SetOption(int option, int value);
}
