using Microsoft.ML;

namespace Ml.Cnn.Transforms.Sources;

/// <summary>
/// A data view whose rows can be had in any order at no cost. So it shuffles fully, where ML.NET's loaders shuffle in
/// a window or not at all, and deals its rows out to any number of cursors.
/// </summary>
internal abstract class IndexedDataView : IDataView
{
    /// <summary>
    /// Rows of a block that goes to one cursor. Small, so that a reader that puts rows back in order has little to hold;
    /// not 1, so that it has little to wait.
    /// </summary>
    internal const int BlockRows = 32;

    private readonly int _rowCount;

    protected IndexedDataView(DataViewSchema schema, int rowCount) => (Schema, _rowCount) = (schema, rowCount);

    /// <inheritdoc/>
    public DataViewSchema Schema { get; }

    /// <inheritdoc/>
    public bool CanShuffle => true;

    /// <inheritdoc/>
    public long? GetRowCount() => _rowCount;

    /// <summary>What the source of the rows left out; always the same list. Default: nothing.</summary>
    internal virtual IReadOnlyList<PassedOverFiles> PassedOver => [];

    /// <inheritdoc/>
    public DataViewRowCursor GetRowCursor(IEnumerable<DataViewSchema.Column> columnsNeeded, Random? rand = null)
    {
        PassedOverScope.Current?.Report(PassedOver);
        return new IndexedCursor(this, Active(columnsNeeded), new(_rowCount, Order(rand), 0, 1));
    }

    /// <inheritdoc/>
    public DataViewRowCursor[] GetRowCursorSet(IEnumerable<DataViewSchema.Column> columnsNeeded, int n, Random? rand = null)
    {
        PassedOverScope.Current?.Report(PassedOver);
        var active = Active(columnsNeeded);
        var order = Order(rand);
        var blocks = (_rowCount + BlockRows - 1) / BlockRows;
        var cursors = Math.Clamp(n, 1, Math.Max(1, blocks));
        return [.. Enumerable.Range(0, cursors).Select(first => new IndexedCursor(this, active, new(_rowCount, order, first, cursors)))];
    }

    /// <summary>
    /// A getter of a column's value, for one cursor: what it keeps is its own. The type is checked by the cursor.
    /// </summary>
    /// <param name="column">The column's index in <see cref="Schema"/>.</param>
    /// <param name="row">The row that the cursor stands on; it throws where there is none.</param>
    internal abstract Delegate CreateGetter(int column, Func<int> row);

    /// <summary>A getter for labels and paths.</summary>
    protected static ValueGetter<ReadOnlyMemory<char>> TextGetter(Func<int> row, Func<int, string> text) =>
        (ref ReadOnlyMemory<char> value) => value = text(row()).AsMemory();

    private int[]? Order(Random? rand)
    {
        if (rand is null)
            return null;
        var order = new int[_rowCount];
        for (var i = 0; i < order.Length; i++)
            order[i] = i;
        rand.Shuffle(order);
        return order;
    }

    private bool[] Active(IEnumerable<DataViewSchema.Column> columns)
    {
        var active = new bool[Schema.Count];
        foreach (var column in columns)
        {
            if (column.Index >= active.Length || Schema[column.Index].Name != column.Name)
                throw new ArgumentException($"Column '{column.Name}' is not one of this data's columns.", nameof(columns));
            active[column.Index] = true;
        }
        return active;
    }
}

/// <summary>The rows of one cursor: blocks <paramref name="First"/>, First + Step, First + 2 · Step, … of the order.</summary>
/// <param name="RowCount">Rows of all cursors.</param>
/// <param name="Order">Which row comes when; null is the natural order.</param>
/// <param name="First">The first block.</param>
/// <param name="Step">How many cursors share the blocks.</param>
internal readonly record struct RowShare(int RowCount, int[]? Order, int First, int Step)
{
    /// <summary>The number of the block that holds this cursor's n-th row.</summary>
    public long Block(long n) => First + n / IndexedDataView.BlockRows * Step;

    /// <summary>This cursor's n-th row, or −1 behind the last.</summary>
    public int Row(long n)
    {
        // One cursor alone sees every row, whatever the blocks.
        var place = Block(n) * IndexedDataView.BlockRows + n % IndexedDataView.BlockRows;
        return place >= RowCount ? -1 : Order?[place] ?? (int)place;
    }
}
