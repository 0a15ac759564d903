using Microsoft.ML;
using Microsoft.ML.Data;

namespace Ml.Cnn.DataQuality.Corrections;

/// <summary>A data view in which some rows have another label. A row keeps its id in whatever order and on whatever cursor it comes.</summary>
/// <param name="source">The data.</param>
/// <param name="label">Its column of labels, text.</param>
/// <param name="labels">The other labels by the rows' ids.</param>
internal sealed class RelabeledDataView(IDataView source, DataViewSchema.Column label, IReadOnlyDictionary<DataViewRowId, string> labels) : IDataView
{
    /// <inheritdoc/>
    public DataViewSchema Schema => source.Schema;

    /// <inheritdoc/>
    public bool CanShuffle => source.CanShuffle;

    /// <inheritdoc/>
    public long? GetRowCount() => source.GetRowCount();

    /// <inheritdoc/>
    public DataViewRowCursor GetRowCursor(IEnumerable<DataViewSchema.Column> columnsNeeded, Random? rand = null) =>
        new Cursor(source.GetRowCursor(columnsNeeded, rand), label, labels);

    /// <inheritdoc/>
    public DataViewRowCursor[] GetRowCursorSet(IEnumerable<DataViewSchema.Column> columnsNeeded, int n, Random? rand = null) =>
        [.. source.GetRowCursorSet(columnsNeeded, n, rand).Select(cursor => new Cursor(cursor, label, labels))];

    private sealed class Cursor(DataViewRowCursor source, DataViewSchema.Column label, IReadOnlyDictionary<DataViewRowId, string> labels) : DataViewRowCursor
    {
        /// <inheritdoc/>
        public override DataViewSchema Schema => source.Schema;

        /// <inheritdoc/>
        public override long Position => source.Position;

        /// <inheritdoc/>
        public override long Batch => source.Batch;

        /// <inheritdoc/>
        public override bool MoveNext() => source.MoveNext();

        /// <inheritdoc/>
        public override bool IsColumnActive(DataViewSchema.Column column) => source.IsColumnActive(column);

        /// <inheritdoc/>
        public override ValueGetter<DataViewRowId> GetIdGetter() => source.GetIdGetter();

        /// <inheritdoc/>
        public override ValueGetter<TValue> GetGetter<TValue>(DataViewSchema.Column column)
        {
            var get = source.GetGetter<TValue>(column);
            if (column.Index != label.Index || get is not ValueGetter<ReadOnlyMemory<char>> getLabel)
                return get;
            var getId = source.GetIdGetter();
            DataViewRowId id = default;
            ValueGetter<ReadOnlyMemory<char>> corrected = (ref ReadOnlyMemory<char> value) =>
            {
                getId(ref id);
                if (labels.TryGetValue(id, out var other))
                    value = other.AsMemory();
                else
                    getLabel(ref value);
            };
            return (ValueGetter<TValue>)(object)corrected;
        }

        /// <inheritdoc/>
        protected override void Dispose(bool disposing)
        {
            if (disposing)
                source.Dispose();
            base.Dispose(disposing);
        }
    }
}
