using System.Diagnostics.CodeAnalysis;

namespace Ml.Cnn.Trainers.Input;

/// <summary>Epochs over rows that stay in memory.</summary>
internal sealed class MemorySource : IEpochSource
{
    private readonly List<ImageRow> _rows = [];
    private readonly RowOrder _order;

    /// <param name="rows">All rows, in any order; decoded ones.</param>
    /// <param name="seed">Fixes the orders.</param>
    /// <param name="isBalanced">Whether each class comes equally often rather than each row once.</param>
    public MemorySource(IRowFeed rows, int seed, bool isBalanced = false)
    {
        while (rows.TryRead(out var row))
        {
            _rows.Add(row.Copy());
            rows.Recycle(row);
        }
        _order = RowOrder.Create([.. _rows.Select(row => row.Label)], seed, isBalanced);
    }

    public IRowFeed Open(int epoch, CancellationToken cancellation, Shard? shard = null) => new Feed(_rows, _order.Of(epoch, shard));

    public void Dispose() { }

    private sealed class Feed(List<ImageRow> rows, IReadOnlyList<(int Row, int Repetition)> order) : IRowFeed
    {
        private int _next;

        public bool TryRead([NotNullWhen(true)] out ImageRow? row)
        {
            if (_next == order.Count)
            {
                row = null;
                return false;
            }
            var (number, repetition) = order[_next++];
            row = repetition == 0 ? rows[number] : rows[number].Again(repetition);
            return true;
        }

        public void Recycle(ImageRow row) { } // the rows stay

        public void Dispose() { }
    }
}
