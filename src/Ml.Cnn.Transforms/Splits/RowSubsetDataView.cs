using Microsoft.ML;
using Microsoft.ML.Data;

namespace Ml.Cnn.Transforms.Splits;

/// <summary>The rows of a data view that have certain ids, or all others. A row keeps its id in whatever order and on whatever cursor it comes.</summary>
/// <param name="source">All rows.</param>
/// <param name="ids">The ids that decide.</param>
/// <param name="listed">True for the rows with these ids, false for the others.</param>
/// <param name="rowCount">How many rows that are.</param>
internal sealed class RowSubsetDataView(IDataView source, IReadOnlySet<DataViewRowId> ids, bool listed, long rowCount) : IDataView
{
    /// <inheritdoc/>
    public DataViewSchema Schema => source.Schema;

    /// <inheritdoc/>
    public bool CanShuffle => source.CanShuffle;

    /// <inheritdoc/>
    public long? GetRowCount() => rowCount;

    /// <inheritdoc/>
    public DataViewRowCursor GetRowCursor(IEnumerable<DataViewSchema.Column> columnsNeeded, Random? rand = null) =>
        new Cursor(source.GetRowCursor(columnsNeeded, rand), ids, listed);

    /// <inheritdoc/>
    public DataViewRowCursor[] GetRowCursorSet(IEnumerable<DataViewSchema.Column> columnsNeeded, int n, Random? rand = null) =>
        [.. source.GetRowCursorSet(columnsNeeded, n, rand).Select(cursor => new Cursor(cursor, ids, listed))];

    private sealed class Cursor : DataViewRowCursor
    {
        private readonly DataViewRowCursor _source;
        private readonly IReadOnlySet<DataViewRowId> _ids;
        private readonly bool _listed;
        private readonly ValueGetter<DataViewRowId> _getId;
        private long _position = -1;

        public Cursor(DataViewRowCursor source, IReadOnlySet<DataViewRowId> ids, bool listed) =>
            (_source, _ids, _listed, _getId) = (source, ids, listed, source.GetIdGetter());

        /// <inheritdoc/>
        public override DataViewSchema Schema => _source.Schema;

        /// <inheritdoc/>
        public override long Position => _position;

        /// <inheritdoc/>
        public override long Batch => _source.Batch;

        /// <inheritdoc/>
        public override bool MoveNext()
        {
            DataViewRowId id = default;
            while (_source.MoveNext())
            {
                _getId(ref id);
                if (_ids.Contains(id) != _listed)
                    continue;
                _position++;
                return true;
            }
            _position = -1;
            return false;
        }

        /// <inheritdoc/>
        public override bool IsColumnActive(DataViewSchema.Column column) => _source.IsColumnActive(column);

        /// <inheritdoc/>
        public override ValueGetter<TValue> GetGetter<TValue>(DataViewSchema.Column column) => _source.GetGetter<TValue>(column);

        /// <inheritdoc/>
        public override ValueGetter<DataViewRowId> GetIdGetter() => _source.GetIdGetter();

        /// <inheritdoc/>
        protected override void Dispose(bool disposing)
        {
            if (disposing)
                _source.Dispose();
            base.Dispose(disposing);
        }
    }
}
