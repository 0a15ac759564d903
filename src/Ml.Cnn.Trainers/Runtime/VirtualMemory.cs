namespace Ml.Cnn.Trainers.Runtime;

/// <summary>Whether the system counts the memory that a process asks for, used or not, against a limit (Linux).</summary>
internal static class VirtualMemory
{
    private static readonly string[] s_limits = ["Max data size", "Max address space"]; // proc_pid_limits(5)

    private static readonly Lazy<bool> s_isLimited = new(() => OperatingSystem.IsLinux()
        && IsLimitedBy(Read("/proc/self/limits"), Read("/proc/sys/vm/overcommit_memory")));

    /// <summary>Whether there was such a limit when it was first asked for.</summary>
    public static bool IsLimited => s_isLimited.Value;

    /// <param name="limits">The process's resource limits: what ulimit -d (RLIMIT_DATA) or -v (RLIMIT_AS) set.</param>
    /// <param name="overcommit">"2" where the kernel promises no more than it has (vm.overcommit_memory).</param>
    internal static bool IsLimitedBy(string limits, string overcommit) => overcommit.Trim() == "2" || limits.Split('\n').Any(line =>
        s_limits.FirstOrDefault(name => line.StartsWith(name, StringComparison.Ordinal)) is { } name
        && !line[name.Length..].TrimStart().StartsWith("unlimited", StringComparison.Ordinal));

    private static string Read(string path)
    {
        try
        {
            return File.ReadAllText(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return "";
        }
    }
}
