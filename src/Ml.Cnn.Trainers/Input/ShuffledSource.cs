using Microsoft.ML;
using Ml.Cnn.Transforms.Augmentation;

namespace Ml.Cnn.Trainers.Input;

/// <summary>Epochs over a data view that shuffles by itself: the library's own sources, caches, and what is built on them.</summary>
internal sealed class ShuffledSource(IDataView data, ImageColumns columns, int threads, int seed, AugmentedEpochs epochs) : IEpochSource
{
    public IRowFeed Open(int epoch, CancellationToken cancellation) =>
        epochs.Open(epoch, () => new ParallelRowFeed(data, columns, threads, EpochOrder.Random(seed, epoch), cancellation));

    public void Dispose() { }
}

/// <summary>The order of the rows as a function of the seed and the epoch.</summary>
internal static class EpochOrder
{
    public static Random Random(int seed, int epoch) => new(HashCode(seed, epoch));

    /// <summary>A permutation of 0 … count − 1 (Fisher and Yates, as in Random.Shuffle).</summary>
    public static int[] Permutation(int count, int seed, int epoch)
    {
        var order = new int[count];
        for (var i = 0; i < count; i++)
            order[i] = i;
        Random(seed, epoch).Shuffle(order);
        return order;
    }

    // Not System.HashCode, whose values differ from process to process. The multiplier is splitmix64's.
    private static int HashCode(int seed, int epoch)
    {
        var z = ((ulong)(uint)seed << 32 | (uint)epoch) * 0x9E3779B97F4A7C15;
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
        return (int)(z >> 33);
    }
}
