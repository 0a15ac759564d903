using System.Diagnostics.CodeAnalysis;

namespace Ml.Cnn.Trainers.Input;

/// <summary>One rank's rows out of a feed of all: see <see cref="Shard"/>.</summary>
/// <remarks>The rows of the other ranks are read, though not decoded: which rows are whose shows only in the order in which they come.</remarks>
internal sealed class ShardedFeed(IRowFeed rows, Shard shard) : IRowFeed
{
    private readonly List<ImageRow> _first = []; // copies of the first World − 1, to fill up the end
    private long _dealt;
    private bool _isAtEnd;

    public bool TryRead([NotNullWhen(true)] out ImageRow? row)
    {
        row = null;
        while (!_isAtEnd && rows.TryRead(out var next))
        {
            if (next.Label == 0)
            {
                rows.Recycle(next);
                continue;
            }
            if (_first.Count < shard.World - 1)
                _first.Add(next.Copy());
            if (_dealt++ % shard.World == shard.Rank)
            {
                row = next;
                return true;
            }
            rows.Recycle(next);
        }
        if (_isAtEnd)
            return false;
        _isAtEnd = true;
        var missing = shard.Length(_dealt) * shard.World - _dealt; // so many ranks, the last ones, have a row less
        if (shard.Rank < shard.World - missing)
            return false;
        var place = shard.Rank - (shard.World - missing);
        row = _first[(int)(place % _first.Count)].Again(1 + (int)(place / _first.Count));
        return true;
    }

    public void Recycle(ImageRow row)
    {
        if (!_isAtEnd)
            rows.Recycle(row);
    }

    public void Dispose() => rows.Dispose();
}
