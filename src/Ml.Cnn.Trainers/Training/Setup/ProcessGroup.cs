using System.Globalization;
using System.Text.Json;
using Ml.Cnn.Trainers.Collectives;
using Ml.Cnn.Trainers.Execution;
using Ml.Cnn.Trainers.Input;
using Ml.Cnn.Trainers.Options;
using Ml.Cnn.Trainers.Settings;
using Ml.Cnn.Trainers.Training.Checkpoints;
using TorchSharp;

namespace Ml.Cnn.Trainers.Training.Setup;

/// <summary>The processes that train one model together, and what they agree on before the first step.</summary>
/// <remarks>
/// Every process has all of the data and the same settings and seed, and trains on its <see cref="Shard"/> of each epoch. So a group
/// of W processes with a batch size of B takes the steps of one process with a batch size of W · B.
/// </remarks>
internal sealed class ProcessGroup
{
    private ProcessGroup() => Shard = Shard.Whole;

    /// <param name="collectives">The processes.</param>
    public ProcessGroup(ICollectives collectives)
    {
        Shard = new(collectives.Rank, collectives.World);
        Collectives = collectives;
    }

    /// <summary>One process that trains by itself.</summary>
    public static ProcessGroup Alone { get; } = new();

    /// <summary>This process's part of every epoch's rows.</summary>
    public Shard Shard { get; }

    /// <summary>The processes; null where one trains by itself.</summary>
    public ICollectives? Collectives { get; }

    /// <summary>Whether this is the process that writes checkpoints and logs and reports progress. The user's callbacks are called in every process.</summary>
    public bool IsMain => Shard.Rank == 0;

    /// <summary>Cores of this process's machine that no other process of the group counts on.</summary>
    public int Cores => Collectives is { } group ? group.Members[group.Rank].Cores(group.Members) : Environment.ProcessorCount;

    /// <summary>The processes that were started with this one, as the environment has them.</summary>
    /// <exception cref="InvalidOperationException">They cannot reach each other; the message says what is missing.</exception>
    public static ProcessGroup Find(DistributionSettings settings)
    {
        if (settings.IsNone || Launch.Find(Environment.GetEnvironmentVariable) is not { } launch)
            return Alone;
        if (launch.Launcher == Launcher.SlurmWithoutMpi)
        {
            throw new InvalidOperationException($"srun started {launch.World} processes, and did not tell them how to find each other: add --mpi=pmix for Open "
                + $"MPI or --mpi=pmi2 for MPICH and Intel MPI ('srun --mpi=list' shows what there is), or set {nameof(CnnTrainerOptions.Distribution)} to None "
                + "to train in each process alone.");
        }
        return new(Processes.Join(launch));
    }

    /// <summary>Checks that the settings can be shared.</summary>
    /// <exception cref="InvalidOperationException">Images without labels cannot.</exception>
    public void Check(TrainingSettings settings)
    {
        if (!Shard.IsWhole && settings.Loss.PseudoLabels is not null)
        {
            throw new InvalidOperationException($"{nameof(CnnTrainerOptions.PseudoLabels)} cannot be used where several processes train one model: unlabeled "
                + "images are not dealt out to them.");
        }
    }

    /// <summary>Begins a training of the group.</summary>
    /// <param name="settings">Says how long to wait for each other.</param>
    public void Begin(DistributionSettings settings)
    {
        if (Collectives is not { } group)
            return;
        group.Patience = settings.Patience;
        group.BeginTraining();
    }

    /// <summary>Tells the others why this process ends, unless they know.</summary>
    public void Fail(Exception reason)
    {
        if (reason is not GroupFailureException)
            Collectives?.Fail(reason.Message);
    }

    /// <summary>Who they are, where there are several: what the environment chose for <see cref="CnnTrainerOptions.Distribution"/>.</summary>
    public IEnumerable<CnnChosenOption> Chosen => Collectives is not { } group ? []
        : [new(nameof(CnnTrainerOptions.Distribution), $"{group.World} processes",
            $"{group.Transport} joins {string.Join(", ", group.Members)}; each has {Cores} of its machine's cores")];

    /// <summary>The GPU of a machine that is this process's own, where the user names none.</summary>
    /// <param name="device">As <see cref="CnnTrainerOptions.Device"/>.</param>
    public string DeviceOf(string device) => Collectives is { } group && device is ("auto" or "cuda") && torch.cuda.is_available()
        ? string.Create(CultureInfo.InvariantCulture, $"cuda:{group.LocalRank % torch.cuda.device_count()}") : device;

    /// <summary>The main process's seed.</summary>
    /// <param name="seed">This process's.</param>
    public int SeedOfAll(int seed) => Collectives is { } group ? (int)group.Broadcast((double)seed) : seed;

    /// <summary>The main process's plan, on this process's device.</summary>
    /// <param name="plan">This process's.</param>
    public ExecutionPlan PlanOfAll(ExecutionPlan plan)
    {
        if (Collectives is not { } group)
            return plan;
        const int None = -1;
        var type = (int)group.Broadcast((double?)(int?)plan.ComputeType ?? None);
        return plan with { ChannelsLast = group.Broadcast(plan.ChannelsLast ? 1.0 : 0) > 0, ComputeType = type == None ? null : (torch.ScalarType)type };
    }

    /// <summary>The checkpoints of the main process, which all go on from and it alone writes.</summary>
    /// <param name="options">Where they are; null: nowhere.</param>
    /// <returns>Null in a process that has none to write and none to go on from.</returns>
    public CheckpointFolder? OpenCheckpoints(CheckpointOptions? options)
    {
        var folder = options is not null && IsMain ? CheckpointFolder.Open(options) : null;
        if (Collectives is not { } group)
            return folder;
        var name = group.Broadcast(folder?.ResumedName ?? "");
        if (name.Length == 0)
            return folder;
        var path = Path.Join(options?.Folder, name);
        if (group.Gather(File.Exists(path) ? 1 : 0).All(one => one[0] > 0))
            return folder ?? CheckpointFolder.Of(name, () => File.OpenRead(path));
        var content = group.BroadcastBytes(IsMain ? File.ReadAllBytes(path) : []);
        return folder ?? CheckpointFolder.Of(name, () => new MemoryStream(content));
    }

    /// <summary>The settings with the learning rate for all processes' images, where the user gave that of one process.</summary>
    /// <param name="settings">With every default filled in.</param>
    /// <param name="open">What the user left open.</param>
    public TrainingSettings ScaleLearningRate(TrainingSettings settings, OpenOptions open)
    {
        if (Shard.IsWhole || open.LearningRate || !settings.Sharing.Distribution.ScalesLearningRate)
            return settings;
        const int UsualWarmUp = 5; // epochs (Goyal et al. 2017, section 2.2)
        var optimization = settings.Optimization;
        var schedule = optimization.Schedule.WarmUpEpochs(optimization.Epochs) > 0 ? optimization.Schedule
            : optimization.Schedule.WithWarmUp(Math.Min(UsualWarmUp, optimization.Epochs / 10.0), startFactor: 1.0 / Shard.World);
        return settings with { Optimization = optimization with { LearningRate = optimization.LearningRate * Shard.World, Schedule = schedule } };
    }

    /// <summary>Checks that all processes train the same network on the same data with the same settings and library.</summary>
    /// <param name="identity">What must be the same, by name.</param>
    /// <exception cref="InvalidOperationException">Something differs; the message, the same in all processes, names process and difference.</exception>
    public void RequireSame(IReadOnlyDictionary<string, string> identity)
    {
        if (Collectives is not { } group)
            return;
        var mine = new SortedDictionary<string, string>(identity.ToDictionary(), StringComparer.Ordinal)
        {
            ["Library"] = typeof(ProcessGroup).Assembly.GetName().Version!.ToString(),
        };
        var all = group.Gather(JsonSerializer.Serialize(mine)).Select(text => JsonSerializer.Deserialize<SortedDictionary<string, string>>(text)!).ToArray();
        var differences = all.Index().Skip(1).SelectMany(other => other.Item.Keys.Union(all[0].Keys)
            .Where(name => other.Item.GetValueOrDefault(name) != all[0].GetValueOrDefault(name))
            .Select(name => $"{group.Members[other.Index]} has {name} {Shown(other.Item, name)}, and {group.Members[0]} {Shown(all[0], name)}")).ToArray();
        if (differences.Length > 0)
        {
            throw new GroupFailureException($"The processes were not started for the same training: {string.Join("; ", differences.Take(10))}. "
                + "Give all of them the same options, data and version of the library.");
        }
    }

    private static string Shown(SortedDictionary<string, string> identity, string name)
    {
        const int Room = 80;
        var text = identity.GetValueOrDefault(name) ?? "not at all";
        return text.Length <= Room ? text : text[..Room] + "…";
    }
}
