using System.Diagnostics.CodeAnalysis;

namespace Ml.Cnn.Trainers.Input;

/// <summary>One rank's rows out of a feed of all: see <see cref="Shard"/>.</summary>
/// <remarks>The rows of the other ranks are read, though not decoded: which rows are whose shows only in the order in which they come.</remarks>
internal sealed class ShardedFeed(IRowFeed rows, Shard shard) : IRowFeed
{
    private long _dealt;

    public bool TryRead([NotNullWhen(true)] out ImageRow? row)
    {
        while (rows.TryRead(out row))
        {
            if (row.Label != 0 && _dealt++ % shard.World == shard.Rank)
                return true;
            rows.Recycle(row);
        }
        return false;
    }

    public void Recycle(ImageRow row) => rows.Recycle(row);

    public void Dispose() => rows.Dispose();
}
