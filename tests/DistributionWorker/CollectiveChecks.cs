using Ml.Cnn.Trainers.Collectives;
using static TorchSharp.torch;

namespace DistributionWorker;

/// <summary>Every operation on numbers whose result can be told beforehand. Each process checks its own.</summary>
internal static class CollectiveChecks
{
    public static int Run()
    {
        var launch = Launch.Find(Environment.GetEnvironmentVariable) ?? throw new InvalidOperationException("Started alone.");
        var group = Processes.Join(launch);
        Require(group.Rank == launch.Rank, $"rank {group.Rank}, and {launch.Rank} by the environment");
        Require(group.LocalRank == launch.LocalRank, $"local rank {group.LocalRank}, and {launch.LocalRank} by the environment");
        Gather(group);
        Broadcast(group);
        // Some in one piece, some in several, some in no whole parts: 1 MiB is where the way changes.
        foreach (var count in (long[])[1, 7, 1000, (1 << 18) - 1, 1 << 18, (1 << 18) + 1, 3_000_001])
        {
            Sum(group, count, float32);
            Sum(group, count, float64);
            Sum(group, count, bfloat16);
        }
        if (group.Rank == 0)
            Console.WriteLine($"{group.Transport}: {group.World} processes, {group.Members[0].Cores(group.Members)} cores each");
        return 0;
    }

    private static void Gather(ICollectives group)
    {
        var rows = group.Gather(group.Rank, group.Rank * 0.5);
        for (var rank = 0; rank < group.World; rank++)
            Require(rows[rank] is [var one, var half] && one == rank && half == rank * 0.5, $"row {rank}: {string.Join(", ", rows[rank])}");
        var texts = group.Gather(new string('ä', group.Rank));
        Require(texts.Index().All(text => text.Item == new string('ä', text.Index)), string.Join(", ", texts));
    }

    private static void Broadcast(ICollectives group)
    {
        for (var root = 0; root < group.World; root++)
        {
            Require(group.Broadcast(group.Rank * 3.0, root) == root * 3, $"number of {root}");
            Require(group.Broadcast($"of {group.Rank}", root) == $"of {root}", $"text of {root}");
        }
    }

    private static void Sum(ICollectives group, long count, ScalarType type)
    {
        using var scope = NewDisposeScope();
        // Whole numbers up to 60, so that sums of four processes are exact in every type.
        var numbers = arange(0, count, 1, ScalarType.Int64).remainder(16).add(group.Rank).to(type);
        var expected = Enumerable.Range(0, group.World).Select(rank => arange(0, count, 1, ScalarType.Int64).remainder(16).add(rank))
            .Aggregate((a, b) => a.add(b)).to(type);
        group.Sum(numbers);
        Require(numbers.equal(expected).all().item<bool>(), $"sum of {count} numbers of {type}");
    }

    private static void Require(bool holds, string what)
    {
        if (!holds)
            throw new InvalidOperationException($"Wrong: {what}");
    }
}
