namespace Ml.Cnn.Trainers;

/// <summary>How a training computed: what it takes, beside options, data and seed, for another training to come to the same weights.</summary>
/// <remarks>
/// The plan is chosen by rule, from the options, the network's operations and the machine's processor, never by the clock: the same training
/// on the same machine has the same plan. Another machine may choose another plan; <see cref="CnnTrainerOptions.Precision"/>,
/// <see cref="CnnTrainerOptions.MemoryLayout"/> and <see cref="CnnTrainerOptions.NetworkThreads"/> pin it.
/// </remarks>
public sealed class CnnTrainingPlan
{
    internal CnnTrainingPlan() { }

    /// <summary>Where the network was trained: "cpu" or "cuda:0".</summary>
    public string Device { get; internal init; } = "";

    /// <summary>What convolutions and linear layers multiplied in; never <see cref="Trainers.Precision.Auto"/>.</summary>
    public Precision Precision { get; internal init; }

    /// <summary>How images and filters lay in memory; never <see cref="Trainers.MemoryLayout.Auto"/>.</summary>
    public MemoryLayout MemoryLayout { get; internal init; }

    /// <summary>The cores that one operation of the network used on the CPU. Sums are split among them, so that their number counts.</summary>
    public int NetworkThreads { get; internal init; }

    /// <summary>"on cpu, bfloat16, channels last, 2 threads".</summary>
    public override string ToString()
    {
        var layout = MemoryLayout == MemoryLayout.ChannelsLast ? "channels last" : "contiguous";
        var threads = NetworkThreads == 1 ? "1 thread" : FormattableString.Invariant($"{NetworkThreads} threads");
        return $"on {Device}, {Precision.ToString().ToLowerInvariant()}, {layout}{(Device == "cpu" ? $", {threads}" : "")}";
    }
}
