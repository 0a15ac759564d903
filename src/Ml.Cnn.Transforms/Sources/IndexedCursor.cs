using Microsoft.ML;
using Microsoft.ML.Data;

namespace Ml.Cnn.Transforms.Sources;

/// <summary>Walks over a share of the rows of an <see cref="IndexedDataView"/>.</summary>
internal sealed class IndexedCursor : DataViewRowCursor
{
    private readonly IndexedDataView _view;
    private readonly bool[] _active;
    private readonly RowShare _share;
    private long _position = -1;
    private int _row = -1;
    private bool _finished;

    public IndexedCursor(IndexedDataView view, bool[] active, RowShare share) => (_view, _active, _share) = (view, active, share);

    /// <inheritdoc/>
    public override DataViewSchema Schema => _view.Schema;

    /// <inheritdoc/>
    public override long Position => _position;

    /// <summary>The block's number where several cursors share the rows: sorting by it restores the order.</summary>
    public override long Batch => _share.Step == 1 || _position < 0 ? 0 : _share.Block(_position);

    /// <inheritdoc/>
    public override bool MoveNext()
    {
        if (_finished)
            return false;
        _row = _share.Row(_position + 1);
        if (_row < 0)
        {
            _finished = true;
            _position = -1;
            return false;
        }
        _position++;
        return true;
    }

    /// <inheritdoc/>
    public override bool IsColumnActive(DataViewSchema.Column column)
    {
        if (column.Index >= _active.Length)
            throw new ArgumentOutOfRangeException(nameof(column), column.Name, "The column is not one of this cursor's schema.");
        return _active[column.Index];
    }

    /// <inheritdoc/>
    public override ValueGetter<DataViewRowId> GetIdGetter() => (ref DataViewRowId value) => value = new((ulong)CurrentRow(), 0);

    /// <inheritdoc/>
    public override ValueGetter<TValue> GetGetter<TValue>(DataViewSchema.Column column)
    {
        if (!IsColumnActive(column))
            throw new ArgumentOutOfRangeException(nameof(column), column.Name, "The column was not asked for when this cursor was made.");
        var type = Schema[column.Index].Type;
        if (typeof(TValue) != type.RawType)
            throw new InvalidOperationException($"Column '{column.Name}' holds {type} (read as {type.RawType}), not {typeof(TValue)}.");
        return (ValueGetter<TValue>)_view.CreateGetter(column.Index, CurrentRow);
    }

    private int CurrentRow() => _row >= 0
        ? _row
        : throw new InvalidOperationException("The cursor stands on no row: call MoveNext first, and stop when it returns false.");
}
