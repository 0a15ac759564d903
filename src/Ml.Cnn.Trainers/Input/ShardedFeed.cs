using System.Diagnostics.CodeAnalysis;

namespace Ml.Cnn.Trainers.Input;

/// <summary>One rank's rows out of a feed of all: see <see cref="Shard"/>.</summary>
/// <param name="rows">All.</param>
/// <param name="shard">The rank.</param>
/// <param name="needsImages">Whether the rank's rows must have their images.</param>
internal sealed class ShardedFeed(IRowFeed rows, Shard shard, bool needsImages) : IRowFeed
{
    private long _dealt;

    public bool TryRead([NotNullWhen(true)] out ImageRow? row)
    {
        while (rows.TryRead(out row))
        {
            if (row.Label == 0 || _dealt++ % shard.World != shard.Rank)
            {
                rows.Recycle(row);
                continue;
            }
            if (needsImages && !row.HasImage)
            {
                throw new InvalidOperationException($"The data gives its rows in another order when images are read than when they are not (at {row.Name}), "
                    + "so that several processes cannot share it. Set Cache to Memory or File.");
            }
            return true;
        }
        return false;
    }

    public void Recycle(ImageRow row) => rows.Recycle(row);

    public void Dispose() => rows.Dispose();
}
