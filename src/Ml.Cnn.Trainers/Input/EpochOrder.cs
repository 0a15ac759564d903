using Ml.Cnn.Transforms;

namespace Ml.Cnn.Trainers.Input;

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

    // Not System.HashCode, whose values differ from process to process. Half of SplitMix64: checkpoints hold on to these orders.
    private static int HashCode(int seed, int epoch)
    {
        var z = ((ulong)(uint)seed << 32 | (uint)epoch) * SplitMix64.Step;
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
        return (int)(z >> 33);
    }
}
