using Microsoft.ML;
using Microsoft.ML.Model.OnnxConverter;
using Microsoft.ML.Runtime;

namespace Ml.Cnn.Trainers.Scoring;

/// <summary>
/// A data view with an <see cref="ImageMapper"/>'s columns, computed batch by batch while it is read. ML.NET's <c>ConvertToOnnx</c> walks back over such views
/// and has each write itself.
/// </summary>
internal sealed class ScoringDataView(IDataView source, ImageMapper mapper) : ITransformCanSaveOnnx
{
    private readonly MappedSchema _schema = new(source.Schema, mapper);

    public bool CanShuffle => source.CanShuffle;

    public DataViewSchema Schema => _schema.Output;

    public IDataView Source => source;

    public long? GetRowCount() => source.GetRowCount();

    public DataViewRowCursor GetRowCursor(IEnumerable<DataViewSchema.Column> columnsNeeded, Random? rand = null)
    {
        var columns = columnsNeeded.ToArray();
        return Wrap(SourceCursor(_schema.Dependencies(columns), rand), columns, Decoder());
    }

    // ML.NET's single cursor may read ahead on several threads, and ends at the first file that cannot be opened. Images
    // that are decoded here need its threads little, and each such file is to be one bad image: so they come from a set of one.
    private DataViewRowCursor SourceCursor(IEnumerable<DataViewSchema.Column> columns, Random? rand) =>
        _schema.Format.HasSize ? source.GetRowCursor(columns, rand) : source.GetRowCursorSet(columns, 1, rand)[0];

    public DataViewRowCursor[] GetRowCursorSet(IEnumerable<DataViewSchema.Column> columnsNeeded, int n, Random? rand = null)
    {
        var columns = columnsNeeded.ToArray();
        var decoder = Decoder();
        return [.. source.GetRowCursorSet(_schema.Dependencies(columns), n, rand).Select(cursor => Wrap(cursor, columns, decoder))];
    }

    /// <inheritdoc/>
    public bool CanSaveOnnx(OnnxContext ctx)
    {
        if (PipelineScorer.WhyNot(mapper, _schema.Format) is not { } reason)
            return true;
        using var log = mapper.Environment.Start("ConvertToOnnx");
        log.Warning(MessageSensitivity.None, "{0}", $"A network cannot be a part of the ONNX graph: {reason}.");
        return false;
    }

    /// <inheritdoc/>
    public void SaveAsOnnx(OnnxContext ctx) => PipelineScorer.Write(ctx, (ImageScorer)mapper, _schema.Format);

    // Asked of views by ML.NET's former file format alone.
    void ICanSaveModel.Save(ModelSaveContext ctx) => throw new NotSupportedException("A view of scores is not saved: save the transformer that made it.");

    private InputDecoder Decoder() => mapper.Decoder(_schema.Format);

    private DataViewRowCursor Wrap(DataViewRowCursor cursor, DataViewSchema.Column[] columns, InputDecoder decoder) =>
        columns.Any(_schema.IsMapped) ? new ScoringCursor(_schema, cursor, mapper, decoder, columns) : new PassThroughCursor(_schema, cursor);
}
