using Microsoft.ML;
using Microsoft.ML.Data;

namespace MlCnn.Cli.BulkScoring;

/// <summary>
/// Some rows of a cursor that stays open: the rows of the next part begin where those of this one end, so that nobody has to come by all rows before them
/// again. Can be read once.
/// </summary>
/// <param name="cursor">Stands before the rows; not disposed.</param>
/// <param name="rows">The rows' numbers from 0, ascending.</param>
internal sealed class ForwardRows(DataViewRowCursor cursor, long[] rows) : IDataView
{
    public bool CanShuffle => false;

    public DataViewSchema Schema => cursor.Schema;

    public long? GetRowCount() => rows.Length;

    public DataViewRowCursor GetRowCursor(IEnumerable<DataViewSchema.Column> columnsNeeded, Random? rand = null) => new Cursor(cursor, rows);

    public DataViewRowCursor[] GetRowCursorSet(IEnumerable<DataViewSchema.Column> columnsNeeded, int n, Random? rand = null) => [new Cursor(cursor, rows)];

    private sealed class Cursor(DataViewRowCursor inner, long[] rows) : DataViewRowCursor
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
            while (inner.Position < rows[_next])
            {
                if (!inner.MoveNext())
                    return false;
            }
            if (inner.Position != rows[_next])
                throw new InvalidOperationException("The parts of the images must be read one after the other.");
            _position = _next++;
            return true;
        }

        public override bool IsColumnActive(DataViewSchema.Column column) => inner.IsColumnActive(column);

        public override ValueGetter<TValue> GetGetter<TValue>(DataViewSchema.Column column) => inner.GetGetter<TValue>(column);

        public override ValueGetter<DataViewRowId> GetIdGetter() => inner.GetIdGetter();
    }
}
