using System.Collections.Frozen;
using Ml.Cnn.Transforms.Augmentation;

namespace Ml.Cnn.Trainers.Input;

/// <summary>One process's part of every epoch: which of several that train together it is.</summary>
/// <remarks>
/// All of them have the same data and seed, and so the same order of rows, which is dealt like cards: row i of it goes to rank
/// i modulo <paramref name="World"/>. Rows without a label are left out before. Where the rows do not come out even, the last ranks have one less, and maybe
/// one batch less: they take part in the last step without an image. So batch k of all ranks together is batch k of one process.
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

    /// <summary>This rank's part of an epoch.</summary>
    /// <param name="order">The whole epoch: rows with labels, and how often each has come before.</param>
    public IReadOnlyList<(int Row, int Repetition)> Of(IReadOnlyList<(int Row, int Repetition)> order) =>
        IsWhole ? order : [.. order.Where((_, place) => place % World == Rank)];

    /// <summary>
    /// This rank's part of rows whose order shows only as they come. They are gone through once without their images, to know which are this rank's; then the
    /// images of these alone are read.
    /// </summary>
    /// <param name="open">Begins to read the rows, in the same order every time, with the images of some by their numbers, or of all (null).</param>
    public IRowFeed Of(Func<IReadOnlySet<ulong>?, IRowFeed> open)
    {
        if (IsWhole)
            return open(null);
        HashSet<ulong> mine = [];
        using (var dealt = new ShardedFeed(open(FrozenSet<ulong>.Empty), this, needsImages: false))
        {
            while (dealt.TryRead(out var row))
            {
                mine.Add(row.Id);
                dealt.Recycle(row);
            }
        }
        return new ShardedFeed(open(mine), this, needsImages: true);
    }

    /// <summary>The same of rows whose images the pipeline may augment, of which it is told the epoch.</summary>
    /// <param name="epochs">Those of the run.</param>
    /// <param name="epoch">From 1.</param>
    /// <param name="open">As above.</param>
    public IRowFeed Of(AugmentedEpochs epochs, int epoch, Func<IReadOnlySet<ulong>?, IRowFeed> open) =>
        Of(imagesOf => imagesOf is { Count: 0 } ? open(imagesOf) : epochs.Open(epoch, () => open(imagesOf)));
}
