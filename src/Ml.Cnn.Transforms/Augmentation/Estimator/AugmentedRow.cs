using Microsoft.ML;
using Microsoft.ML.Data;

namespace Ml.Cnn.Transforms.Augmentation;

/// <summary>The getters of a row with an augmented column; all other columns are the input's own.</summary>
internal sealed class AugmentedColumns
{
    private readonly AugmentationSchema _schema;
    private readonly DataViewRow _input;
    private readonly bool _isActive;
    private readonly ImageAugmenter _augmenter;

    // Never disposed here: an image of an enumerable is its owner's and comes again in the next epoch. Loaders dispose the one before
    // when they are asked for the next.
    private MLImage? _source;

    public AugmentedColumns(AugmentationSchema schema, DataViewRow input, IEnumerable<DataViewSchema.Column> active, ImageAugmenter augmenter)
    {
        (_schema, _input, _augmenter) = (schema, input, augmenter);
        _isActive = active.Any(schema.IsAugmented);
    }

    public bool IsActive(DataViewSchema.Column column) => _schema.IsAugmented(column) ? _isActive : _input.IsColumnActive(_schema.Input[column.Index]);

    public ValueGetter<TValue> Getter<TValue>(DataViewSchema.Column column)
    {
        if (!_schema.IsAugmented(column))
            return _input.GetGetter<TValue>(_schema.Input[column.Index]);
        if (!_isActive)
            throw new ArgumentOutOfRangeException(nameof(column), column.Name, $"The column '{column.Name}' is not active in this row.");
        return Augmented() as ValueGetter<TValue>
            ?? throw new InvalidOperationException($"The column '{column.Name}' is of type {column.Type}, not {typeof(TValue)}.");
    }

    private ValueGetter<MLImage> Augmented()
    {
        var getSource = _input.GetGetter<MLImage>(_schema.ImageColumn);
        var getId = _input.GetIdGetter();
        return (ref MLImage image) =>
        {
            // As ML.NET's own image transforms: the variable's last image is no longer needed.
            image?.Dispose();
            image = null!;
            getSource(ref _source!);
            if (_source is null)
                return;
            DataViewRowId id = default;
            getId(ref id);
            image = _augmenter.Apply(_source, id.Low);
        };
    }
}

/// <summary>A cursor over a data view with an augmented column.</summary>
internal sealed class AugmentingCursor(AugmentationSchema schema, DataViewRowCursor input, AugmentedColumns columns) : DataViewRowCursor
{
    public override DataViewSchema Schema => schema.Output;

    public override long Position => input.Position;

    public override long Batch => input.Batch;

    public override bool MoveNext() => input.MoveNext();

    public override bool IsColumnActive(DataViewSchema.Column column) => columns.IsActive(column);

    public override ValueGetter<TValue> GetGetter<TValue>(DataViewSchema.Column column) => columns.Getter<TValue>(column);

    public override ValueGetter<DataViewRowId> GetIdGetter() => input.GetIdGetter();

    protected override void Dispose(bool disposing)
    {
        if (disposing)
            input.Dispose();
        base.Dispose(disposing);
    }
}

/// <summary>A single row with an augmented column, as a prediction engine asks for it.</summary>
internal sealed class AugmentedRow(AugmentationSchema schema, DataViewRow input, AugmentedColumns columns) : DataViewRow
{
    public override DataViewSchema Schema => schema.Output;

    public override long Position => input.Position;

    public override long Batch => input.Batch;

    public override bool IsColumnActive(DataViewSchema.Column column) => columns.IsActive(column);

    public override ValueGetter<TValue> GetGetter<TValue>(DataViewSchema.Column column) => columns.Getter<TValue>(column);

    public override ValueGetter<DataViewRowId> GetIdGetter() => input.GetIdGetter();

    protected override void Dispose(bool disposing)
    {
        if (disposing)
            input.Dispose();
        base.Dispose(disposing);
    }
}
