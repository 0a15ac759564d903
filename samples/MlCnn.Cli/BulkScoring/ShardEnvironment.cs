using System.Globalization;

namespace MlCnn.Cli.BulkScoring;

/// <summary>The shard that a process has by the variables with which a cluster started it.</summary>
internal static class ShardEnvironment
{
    private const string ArrayTask = "SLURM_ARRAY_TASK_ID";
    private const string KubernetesIndex = "JOB_COMPLETION_INDEX";

    // The one that stands closest to the process first: mpirun within a job of Slurm sets its own beside Slurm's, which are those of its daemons.
    private static readonly (string Rank, string Size)[] s_ranks =
    [
        ("OMPI_COMM_WORLD_RANK", "OMPI_COMM_WORLD_SIZE"), // Open MPI
        ("PMI_RANK", "PMI_SIZE"),                         // MPICH, Intel MPI
        ("SLURM_PROCID", "SLURM_NTASKS"),                 // srun
    ];

    /// <summary>Finds the shard.</summary>
    /// <param name="variable">Gives a variable's value, or null.</param>
    /// <param name="count">How many shards there are, where the command line says it: Kubernetes sets no variable for it.</param>
    /// <exception cref="UsageException">The variables do not say it, or say another count.</exception>
    public static Shard Find(Func<string, string?> variable, int? count)
    {
        var process = s_ranks.Where(names => variable(names.Rank) is not null)
            .Select(names => new Place($"{names.Rank} and {names.Size}", Read(variable, names.Rank), Read(variable, names.Size))).FirstOrDefault();
        var array = variable(ArrayTask) is null ? null : OfArray(variable);
        // Each task of a Slurm array may itself be several processes.
        var place = (array, process) switch
        {
            ({ }, { }) => new($"{array.Source}, {process.Source}", array.Rank * process.Size + process.Rank, array.Size * process.Size),
            _ => array ?? process ?? OfKubernetes(variable, count),
        };
        if (place is null)
        {
            throw new UsageException($"--shard auto: none of {string.Join(", ", s_ranks.Select(names => names.Rank))}, {ArrayTask} and {KubernetesIndex} "
                + "is set. Give the shard as K/N, such as 3/64.");
        }
        if (place.Rank < 0 || place.Rank >= place.Size || place.Size > int.MaxValue)
        {
            throw new UsageException(
                FormattableString.Invariant($"--shard auto: by {place.Source} this is number {place.Rank} of {place.Size}, counted from 0. ")
                + "The numbers of a Slurm array must follow one another (--array=0-63); otherwise give the shard as K/N.");
        }
        if (count is { } given && given != place.Size)
        {
            throw new UsageException(FormattableString.Invariant($"--shard auto/{given}: by {place.Source} there are {place.Size}. ")
                + "To run some of the shards again, give each as K/N.");
        }
        return new((int)place.Rank + 1, (int)place.Size);
    }

    private static Place OfArray(Func<string, string?> variable)
    {
        const string Count = "SLURM_ARRAY_TASK_COUNT";
        const string Least = "SLURM_ARRAY_TASK_MIN";
        const string Step = "SLURM_ARRAY_TASK_STEP";
        var step = variable(Step) is null ? 1 : Math.Max(1, Read(variable, Step));
        var behind = Read(variable, ArrayTask) - Read(variable, Least);
        // A number between two steps is none of the array's.
        return new($"{ArrayTask}, {Least} and {Count}", behind % step == 0 ? behind / step : -1, Read(variable, Count));
    }

    private static Place? OfKubernetes(Func<string, string?> variable, int? count)
    {
        if (variable(KubernetesIndex) is null)
            return null;
        return count is { } size ? new(KubernetesIndex, Read(variable, KubernetesIndex), size) : throw new UsageException(
            $"--shard auto: {KubernetesIndex} says which shard this is, and Kubernetes does not say of how many. Give auto/N with the job's 'completions'.");
    }

    private static long Read(Func<string, string?> variable, string name) =>
        int.TryParse(variable(name), NumberStyles.None, CultureInfo.InvariantCulture, out var value) ? value
            : throw new UsageException($"--shard auto: the environment variable {name} must be a whole number from 0, not '{variable(name)}'.");

    /// <param name="Source">The variables that say it.</param>
    /// <param name="Rank">From 0.</param>
    /// <param name="Size">How many there are.</param>
    private sealed record Place(string Source, long Rank, long Size);
}
