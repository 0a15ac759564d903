using System.Diagnostics.CodeAnalysis;

namespace Ml.Cnn.Trainers.Input;

/// <summary>Epochs over rows that stay in memory.</summary>
internal sealed class MemorySource : IEpochSource
{
    private readonly List<ImageRow> _rows = [];
    private readonly int _seed;

    /// <param name="rows">All rows, in any order; decoded ones.</param>
    /// <param name="kind">What they hold.</param>
    /// <param name="seed">Fixes the orders.</param>
    public MemorySource(IRowFeed rows, FeatureKind kind, int seed)
    {
        _seed = seed;
        while (rows.TryRead(out var row))
        {
            _rows.Add(row.Copy(kind));
            rows.Recycle(row);
        }
    }

    public IRowFeed Open(int epoch, CancellationToken cancellation) => new Feed(_rows, EpochOrder.Permutation(_rows.Count, _seed, epoch));

    public void Dispose() { }

    private sealed class Feed(List<ImageRow> rows, int[] order) : IRowFeed
    {
        private int _next;

        public bool TryRead([NotNullWhen(true)] out ImageRow? row)
        {
            row = _next < order.Length ? rows[order[_next++]] : null;
            return row is not null;
        }

        public void Recycle(ImageRow row) { } // the rows stay

        public void Dispose() { }
    }
}
