using System.Security.Cryptography;
using Ml.Cnn.Trainers.Collectives;
using Ml.Cnn.Trainers.Metrics;
using Ml.Cnn.Trainers.Training.Control;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Ml.Cnn.Trainers.Training.Steps;

/// <summary>What processes that train together tell each other between their steps, so that all decide alike.</summary>
/// <param name="collectives">The processes.</param>
/// <param name="stop">What this process would stop for, and all of them do.</param>
/// <param name="network">Trained in all of them.</param>
/// <param name="seed">Of the training.</param>
internal sealed class SharedSteps(ICollectives collectives, StopConditions stop, Module network, int seed)
{
    private readonly JointMeasures _measures = new(collectives);

    /// <summary>Before a step: what dropout draws is a function of seed, step and rank, rather than the same in all processes.</summary>
    public void Begin(long step)
    {
        if (collectives.World == 1)
            return; // draws as a process by itself does
        Span<byte> place = stackalloc byte[sizeof(int) + sizeof(long) + sizeof(int)];
        BitConverter.TryWriteBytes(place, seed);
        BitConverter.TryWriteBytes(place[sizeof(int)..], step);
        BitConverter.TryWriteBytes(place[(sizeof(int) + sizeof(long))..], collectives.Rank);
        random.manual_seed(BitConverter.ToInt64(SHA256.HashData(place)) & long.MaxValue).Dispose();
    }

    /// <summary>What a step came to over the images of all; and whether it was the last.</summary>
    /// <param name="result">This process's.</param>
    /// <param name="maybeLast">Whether training may end after it.</param>
    public StepResult Join(StepResult result, bool maybeLast) => result with { Sums = Join(result.Measures?.Read(), maybeLast) };

    /// <summary>What a validation came to over the images of all; and whether training ends with it.</summary>
    public PassTotals Join(PassTotals totals)
    {
        totals.Stop();
        var joined = new PassTotals(Join(totals.Sums, maybeLast: true) with { Seconds = totals.Seconds });
        joined.Stop();
        return joined;
    }

    /// <summary>Whether training ends here.</summary>
    public void Agree() => Join(mine: null, maybeLast: true);

    /// <summary>What the images of each class were taken for, over the images of all.</summary>
    public ConfusionCounts? Join(ConfusionCounts? confusion)
    {
        if (confusion is not null)
            confusion.Replace(counts => collectives.Sum(counts));
        return confusion;
    }

    /// <summary>Whether the main process wants to know something.</summary>
    public bool IsWanted(bool wanted) => collectives.Broadcast(wanted ? 1.0 : 0) > 0;

    /// <summary>Gives all the running statistics of the main process, whose images alone its own are of.</summary>
    public void ShareStatistics() => Share(network.named_buffers().Select(one => one.buffer));

    /// <summary>Gives all the weights and statistics of the main process.</summary>
    public void ShareNetwork() => Share(network.state_dict().Values);

    /// <summary>Checks that all processes have the same weights and statistics, to the bit.</summary>
    /// <exception cref="InvalidOperationException">They have not: a machine computes otherwise than the others.</exception>
    public void RequireSameNetwork(int epoch)
    {
        using var scope = NewDisposeScope();
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (var value in network.state_dict().Values)
            hash.AppendData(Bytes(value));
        var mine = hash.GetHashAndReset();
        var all = new byte[mine.Length * collectives.World];
        collectives.Gather(mine, all);
        var other = all.Chunk(mine.Length).Index().FirstOrDefault(one => !one.Item.AsSpan().SequenceEqual(all.AsSpan(0, mine.Length)));
        if (other.Item is not null)
        {
            throw new GroupFailureException($"After epoch {epoch} {collectives.Members[other.Index]} has other weights than {collectives.Members[0]}, though "
                + "they were moved alike: a machine computes wrong, or the network keeps something that is neither a parameter nor a buffer.");
        }
    }

    private MetricSums Join(MetricSums? mine, bool maybeLast)
    {
        var wish = maybeLast ? stop.Wish : null;
        var (sums, wishes) = _measures.Join(mine, wish is { } reason ? (int)reason : -1);
        stop.Agree([.. wishes.Select(one => one < 0 ? null : (StopReason?)(int)one)]);
        return sums;
    }

    private void Share(IEnumerable<Tensor> values)
    {
        using var scope = NewDisposeScope();
        using var noGradient = no_grad();
        foreach (var value in values)
        {
            var bytes = Bytes(value).ToArray();
            collectives.Broadcast(bytes.AsSpan());
            if (collectives.Rank == 0)
                continue;
            var received = empty(value.shape, value.dtype);
            bytes.CopyTo(received.bytes);
            value.copy_(received);
        }
    }

    // In the order of the indices, wherever and however the tensor lies.
    private static Span<byte> Bytes(Tensor value) => value.detach().cpu().contiguous().bytes;
}
