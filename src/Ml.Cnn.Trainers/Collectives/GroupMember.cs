using System.Diagnostics;
using System.Globalization;

namespace Ml.Cnn.Trainers.Collectives;

/// <summary>One of the processes that work together.</summary>
/// <param name="Rank">Its number.</param>
/// <param name="Host">The name of its machine.</param>
/// <param name="ProcessId">Its number on its machine.</param>
/// <param name="Space">What process numbers there belong to: a machine, or a container.</param>
/// <param name="Processors">The processors that it may run on, by their numbers; none where that is not known.</param>
internal sealed record GroupMember(int Rank, string Host, int ProcessId, string Space, IReadOnlyList<int> Processors)
{
    private const string ProcessNumbers = "/proc/self/ns/pid";
    private const string Status = "/proc/self/status";
    private const string AllowedProcessors = "Cpus_allowed_list:";

    /// <summary>This process.</summary>
    /// <param name="rank">Its number.</param>
    public static GroupMember Self(int rank) => new(rank, Environment.MachineName, Environment.ProcessId,
        $"{Environment.MachineName} {(OperatingSystem.IsLinux() ? new FileInfo(ProcessNumbers).LinkTarget : "")}", AllowedHere());

    /// <summary>"rank 1 (process 1234 on node7)".</summary>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"rank {Rank} (process {ProcessId} on {Host})");

    /// <summary>Whether the process is known to have ended; one on another machine never is.</summary>
    /// <param name="self">The process that asks.</param>
    public bool HasEnded(GroupMember self)
    {
        if (Space != self.Space)
            return false;
        try
        {
            if (!OperatingSystem.IsLinux())
            {
                using var process = Process.GetProcessById(ProcessId);
                return process.HasExited;
            }
            // A process that nobody has asked for its end is still there, as a zombie. Its state stands behind its name, which is in parentheses.
            var stat = File.ReadAllText(FormattableString.Invariant($"/proc/{ProcessId}/stat"));
            return stat.AsSpan(stat.LastIndexOf(')') + 2) is ['Z' or 'X', ..];
        }
        catch (Exception e) when (e is ArgumentException or IOException)
        {
            return true;
        }
    }

    /// <summary>As a line of text, for the others.</summary>
    public string ToLine() => string.Join('\n', Host, ProcessId.ToString(CultureInfo.InvariantCulture), Space,
        string.Join(',', Processors.Select(one => one.ToString(CultureInfo.InvariantCulture))));

    /// <summary>What <see cref="ToLine"/> has made.</summary>
    public static GroupMember Parse(string line, int rank)
    {
        var parts = line.Split('\n');
        return new(rank, parts[0], int.Parse(parts[1], CultureInfo.InvariantCulture), parts[2],
            [.. parts[3].Split(',', StringSplitOptions.RemoveEmptyEntries).Select(one => int.Parse(one, CultureInfo.InvariantCulture))]);
    }

    /// <summary>This member's share of the processors that it may run on, where others of the group run on them, too. At least 1.</summary>
    /// <param name="members">All of the group, this one among them.</param>
    public int Cores(IReadOnlyList<GroupMember> members)
    {
        var neighbors = members.Where(member => member.Host == Host).ToArray();
        var share = Processors.Count == 0 ? (double)Environment.ProcessorCount / neighbors.Length
            : Processors.Sum(processor => 1.0 / neighbors.Count(neighbor => neighbor.Processors.Contains(processor)));
        return Math.Clamp((int)(share + 1e-6), 1, Environment.ProcessorCount);
    }

    // "0-3,8": as Linux writes it.
    private static int[] AllowedHere() => !OperatingSystem.IsLinux() ? [] : [.. File.ReadLines(Status)
        .First(line => line.StartsWith(AllowedProcessors, StringComparison.Ordinal))[AllowedProcessors.Length..].Trim().Split(',').SelectMany(range =>
        {
            int[] ends = [.. range.Split('-').Select(end => int.Parse(end, CultureInfo.InvariantCulture))];
            return Enumerable.Range(ends[0], ends[^1] - ends[0] + 1);
        })];
}
