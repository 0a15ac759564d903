using Microsoft.ML;
using Microsoft.ML.Data;

namespace MlCnn.Cli.BulkScoring;

/// <summary>
/// Some rows of a cursor that stays open: the rows of the next part begin where those of this one end, so that nobody has to come by all rows before them
/// again. Each part can be read once.
/// </summary>
/// <param name="cursor">Not disposed.</param>
internal sealed class ForwardRows(DataViewRowCursor cursor) : IDataView
{
    private SequencedImage[] _rows = [];

    public bool CanShuffle => false;

    public DataViewSchema Schema => cursor.Schema;

    public long? GetRowCount() => null; // it differs from part to part

    /// <summary>The rows from now on: ascending, and behind those before.</summary>
    public void Choose(SequencedImage[] rows) => _rows = rows;

    public DataViewRowCursor GetRowCursor(IEnumerable<DataViewSchema.Column> columnsNeeded, Random? rand = null) => new Cursor(cursor, _rows);

    public DataViewRowCursor[] GetRowCursorSet(IEnumerable<DataViewSchema.Column> columnsNeeded, int n, Random? rand = null) => [new Cursor(cursor, _rows)];

    private sealed class Cursor(DataViewRowCursor inner, SequencedImage[] rows) : DataViewRowCursor
    {
        private long _position = -1;
        private int _next;

        public override DataViewSchema Schema => inner.Schema;

        public override long Position => _position;

        public override long Batch => 0;

        public override bool MoveNext()
        {
            _position = -1;
            if (_next >= rows.Length)
                return false;
            while (inner.Position < rows[_next].Index)
            {
                if (!inner.MoveNext())
                    return false;
            }
            if (inner.Position != rows[_next].Index)
                throw new InvalidOperationException("The parts of the images must be read one after the other.");
            _position = _next++;
            return true;
        }

        public override bool IsColumnActive(DataViewSchema.Column column) => inner.IsColumnActive(column);

        public override ValueGetter<TValue> GetGetter<TValue>(DataViewSchema.Column column) => inner.GetGetter<TValue>(column);

        public override ValueGetter<DataViewRowId> GetIdGetter() => inner.GetIdGetter();
    }
}
