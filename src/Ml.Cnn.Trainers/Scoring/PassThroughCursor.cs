using Microsoft.ML;
using Microsoft.ML.Data;

namespace Ml.Cnn.Trainers.Scoring;

/// <summary>The input's rows under the output's schema, for readers who want nothing that is computed: nothing is decoded.</summary>
internal sealed class PassThroughCursor(MappedSchema schema, DataViewRowCursor input) : DataViewRowCursor
{
    public override DataViewSchema Schema => schema.Output;

    public override long Position => input.Position;

    public override long Batch => input.Batch;

    public override bool MoveNext() => input.MoveNext();

    public override bool IsColumnActive(DataViewSchema.Column column) => !schema.IsMapped(column) && input.IsColumnActive(schema.Input[column.Index]);

    public override ValueGetter<TValue> GetGetter<TValue>(DataViewSchema.Column column) => schema.IsMapped(column)
        ? throw new ArgumentOutOfRangeException(nameof(column), column.Name, $"The column '{column.Name}' is not active in this cursor.")
        : input.GetGetter<TValue>(schema.Input[column.Index]);

    public override ValueGetter<DataViewRowId> GetIdGetter() => input.GetIdGetter();

    protected override void Dispose(bool disposing)
    {
        if (disposing)
            input.Dispose();
        base.Dispose(disposing);
    }
}
