using System.Globalization;
using System.Runtime.InteropServices;

namespace Ml.Cnn.Trainers.Runtime;

/// <summary>
/// Lets glibc keep freed memory for the next training step instead of returning it to the system and faulting it in again:
/// every step frees and allocates the same large blocks. Elsewhere it does nothing.
/// </summary>
/// <remarks>
/// The same as starting the process with MALLOC_MMAP_MAX_=0 and a high MALLOC_TRIM_THRESHOLD_, for the whole process. Afterwards the memory
/// goes back, and the settings are those that the process was started with; but glibc, which by default moves its threshold for mmap with
/// what is freed, no longer does so once any of its settings was changed. The AppContext switch <see cref="Switch"/> turns it off. It also is off where
/// <see cref="VirtualMemory.IsLimited"/>: what is kept, and what heaps grow by in advance, would be missing to the runtime and to oneDNN.
/// </remarks>
internal static partial class GlibcAllocator
{
    /// <summary>The AppContext switch; false: malloc is left alone. Default true.</summary>
    public const string Switch = "Ml.Cnn.Trainers.TuneMalloc";

    // malloc.h: the parameters' numbers.
    private const int TrimThreshold = -1;
    private const int TopPad = -2;
    private const int MmapMax = -4;

    // Threads but the first allocate from heaps of 64 MiB, which glibc unmaps once they are empty unless the padding is larger than that.
    private const int AboveAHeap = 256 << 20;

    private static readonly SharedSetting s_kept = new(() => Set(new(MmapMax: 0, TrimThreshold: int.MaxValue, TopPad: AboveAHeap)), PutBack);

    /// <summary>Holds until the last of those who asked is disposed.</summary>
    public static IDisposable? KeepFreedMemory() => IsOn ? s_kept.Hold() : null;

    /// <summary>
    /// Returns freed memory to the system once, also where it is kept: what a network leaves is larger than what comes again, and pieces of it stay between
    /// what the next one takes.
    /// </summary>
    public static void Trim()
    {
        if (IsOn && OperatingSystem.IsLinux())
            TryCall(() => Trim(0));
    }

    private static bool IsOn => (!AppContext.TryGetSwitch(Switch, out var isOn) || isOn) && !VirtualMemory.IsLimited;

    private static void PutBack()
    {
        if (Set(MallocSettings.OfProcess(Environment.GetEnvironmentVariable)))
            _ = Trim(0);
    }

    private static bool Set(MallocSettings settings) => OperatingSystem.IsLinux() && TryCall(() =>
        SetOption(MmapMax, settings.MmapMax) & SetOption(TrimThreshold, settings.TrimThreshold) & SetOption(TopPad, settings.TopPad));

    private static bool TryCall(Func<int> call)
    {
        try
        {
            return call() == 1;
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

    /// <summary>What mallopt(3) sets, with glibc's own defaults.</summary>
    /// <param name="MmapMax">The most blocks that are mapped one by one.</param>
    /// <param name="TrimThreshold">Free bytes at the heap's end from which they go back to the system.</param>
    /// <param name="TopPad">Bytes that the heap grows by beyond what is needed.</param>
    internal readonly record struct MallocSettings(int MmapMax = 65_536, int TrimThreshold = 128 * 1024, int TopPad = 128 * 1024)
    {
        /// <summary>What the process was started with: the variables of mallopt(3), which GLIBC_TUNABLES overrules.</summary>
        /// <param name="variable">A variable of the environment by its name.</param>
        public static MallocSettings OfProcess(Func<string, string?> variable)
        {
            var tunables = (variable("GLIBC_TUNABLES") ?? "").Split(':').Select(pair => pair.Split('=', 2)).Where(pair => pair.Length == 2)
                .GroupBy(pair => pair[0]).ToDictionary(group => group.Key, group => group.Last()[1]);
            var defaults = new MallocSettings(MmapMax: 65_536);
            return new(Read("mmap_max", "MALLOC_MMAP_MAX_", defaults.MmapMax), Read("trim_threshold", "MALLOC_TRIM_THRESHOLD_", defaults.TrimThreshold),
                Read("top_pad", "MALLOC_TOP_PAD_", defaults.TopPad));

            int Read(string tunable, string name, int otherwise) => Number(tunables.GetValueOrDefault($"glibc.malloc.{tunable}")) ?? Number(variable(name))
                ?? otherwise;
        }

        // mallopt takes an int; a larger size, as the environment may hold, means "never" just as well.
        private static int? Number(string? text) =>
            long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? (int)Math.Min(number, int.MaxValue)
            : text is ['0', 'x' or 'X', .. var digits] && long.TryParse(digits, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out number)
            && number >= 0
                ? (int)Math.Min(number, int.MaxValue) : null;
    }
}
