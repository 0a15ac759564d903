using static TorchSharp.torch;

namespace Ml.Cnn.Trainers.Collectives;

/// <summary>What processes that work together do together: every one of them calls the same methods in the same order, on one thread at a time.</summary>
/// <remarks>A process that does not come is noticed: whoever waits for it ends with a <see cref="GroupFailureException"/> that names it.</remarks>
internal interface ICollectives
{
    /// <summary>This process's number, 0 … <see cref="World"/> − 1.</summary>
    int Rank { get; }

    /// <summary>How many processes there are, 1 or more.</summary>
    int World { get; }

    /// <summary>This process's number among those of its machine, from 0: which of the machine's GPUs is its own.</summary>
    int LocalRank { get; }

    /// <summary>All processes, by their ranks.</summary>
    IReadOnlyList<GroupMember> Members { get; }

    /// <summary>What carries the data: "Open MPI v4.1.4".</summary>
    string Transport { get; }

    /// <summary>How long a process waits for the others before it takes them for lost.</summary>
    TimeSpan Patience { get; set; }

    /// <summary>Begins a training: what a process said of its failure in an earlier one counts no more.</summary>
    /// <exception cref="GroupFailureException">An earlier one could not go on: the processes no longer are where the others are.</exception>
    void BeginTraining();

    /// <summary>Tells the others that this process has failed, so that they do not wait for it. Its later calls fail.</summary>
    void Fail(string reason);

    /// <summary>Hands every process the bytes of all. Small ones: some kilobytes each.</summary>
    /// <param name="mine">This process's, as many as the others'.</param>
    /// <param name="all">Those of all processes, one after the other: <see cref="World"/> times as long.</param>
    void Gather(ReadOnlySpan<byte> mine, Span<byte> all);

    /// <summary>Replaces each of some tensors by the sum of all processes'. All have the same bits afterwards.</summary>
    /// <param name="tensors">
    /// Float32, float64 or bfloat16, whose numbers lie in one piece of memory in the same order in all processes. Bfloat16 is added in float32 and rounded
    /// once. Several at once wait for the others only once.
    /// </param>
    void Sum(params IReadOnlyList<Tensor> tensors);

    /// <summary>What sums tensors of a device beside the device's own work; null where nothing does.</summary>
    /// <param name="device">This process's.</param>
    IConcurrentSums? Concurrent(Device device);

    /// <summary>Replaces bytes by those of one process.</summary>
    /// <param name="bytes">As many in all processes.</param>
    /// <param name="root">The rank that has them.</param>
    void Broadcast(Span<byte> bytes, int root = 0);
}
