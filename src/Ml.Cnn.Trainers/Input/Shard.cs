namespace Ml.Cnn.Trainers.Input;

/// <summary>One process's part of every epoch: which of several that train together it is.</summary>
/// <remarks>
/// All of them have the same data and seed, and so the same order of rows, which is dealt like cards: row i of it goes to rank
/// i modulo <paramref name="World"/>. Rows without a label are left out before. Where the rows do not come out even, the first rows
/// of the order come once more at its end, augmented otherwise, so that each rank has as many as the others and thus as many batches:
/// a rank that waits for another's gradients would wait forever. So every labeled row comes in each epoch, and at most
/// <paramref name="World"/> − 1 come twice. A bad image makes its rank's batch smaller.
/// </remarks>
/// <param name="Rank">Which part: 0 … <paramref name="World"/> − 1.</param>
/// <param name="World">How many parts, at least 1.</param>
internal sealed record Shard(int Rank, int World)
{
    /// <summary>Of a process that trains alone: all rows, in the order as it is.</summary>
    public static Shard Whole { get; } = new(0, 1);

    public int Rank { get; } = Rank >= 0 && Rank < World ? Rank
        : throw new ArgumentOutOfRangeException(nameof(Rank), Rank, $"A rank is from 0 to {World - 1}.");

    /// <summary>Whether one process has all rows.</summary>
    public bool IsWhole => World == 1;

    /// <summary>Images of an epoch that come to each rank.</summary>
    /// <param name="images">Images of the whole epoch.</param>
    public long Length(long images) => (images + World - 1) / World;

    /// <summary>This rank's part of an epoch.</summary>
    /// <param name="order">The whole epoch: rows with labels, and how often each has come before.</param>
    public IReadOnlyList<(int Row, int Repetition)> Of(IReadOnlyList<(int Row, int Repetition)> order)
    {
        if (IsWhole || order.Count == 0)
            return order;
        var part = new (int, int)[Length(order.Count)];
        for (var i = 0; i < part.Length; i++)
        {
            var place = (long)i * World + Rank;
            var (row, repetition) = order[(int)(place % order.Count)];
            part[i] = (row, place < order.Count ? repetition : Again(order, row, repetition, place));
        }
        return part;
    }

    /// <summary>This rank's part of rows whose number shows only at their end.</summary>
    /// <param name="rows">The whole epoch. Disposed with the part.</param>
    public IRowFeed Of(IRowFeed rows) => IsWhole ? rows : new ShardedFeed(rows, this);

    // A row of an epoch of balanced classes may have come several times already.
    private static int Again(IReadOnlyList<(int Row, int Repetition)> order, int row, int repetition, long place)
    {
        var times = 0;
        foreach (var drawn in order)
            times += drawn.Row == row ? 1 : 0;
        return repetition + times * (int)(place / order.Count);
    }
}
