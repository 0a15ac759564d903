using Parquet;
using Parquet.Schema;

namespace MlCnn.Cli.BulkScoring;

/// <summary>Rows as a Parquet file: the columns of the tables, with nulls where there is no value.</summary>
/// <remarks>
/// A row group is what a reader holds in memory at once, and who merges holds one of each shard: 16,384 rows are about 3 MB, and still long enough to be read
/// and compressed well.
/// </remarks>
internal sealed class ParquetScoreWriter : IScoreWriter
{
    /// <summary>The name under which the file says where it comes from.</summary>
    public const string MetadataKey = "mlcnn.score";

    private const int RowsOfGroup = 16_384;

    private readonly DataField<string> _image = new(ScoreColumnNames.Image, nullable: false);
    private readonly DataField<string> _error = new(ScoreColumnNames.Error, nullable: true);
    private readonly DataField<string>[] _labels;
    private readonly DataField<float?>[] _probabilities;
    private readonly ParquetWriter _writer;
    private readonly List<ScoreRow> _rows = new(RowsOfGroup);

    /// <param name="stream">Stays open.</param>
    /// <param name="top">How many classes of an image are written.</param>
    /// <param name="metadata">What the file says of itself.</param>
    public ParquetScoreWriter(Stream stream, int top, string metadata)
    {
        _labels = [.. Enumerable.Range(0, top).Select(rank => new DataField<string>(ScoreColumnNames.Label(rank), nullable: true))];
        _probabilities = [.. Enumerable.Range(0, top).Select(rank => new DataField<float?>(ScoreColumnNames.Probability(rank)))];
        var schema = new ParquetSchema([_image, .. _labels.Zip(_probabilities).SelectMany(pair => (Field[])[pair.First, pair.Second]), _error]);
        _writer = ParquetWriter.CreateAsync(schema, stream, new ParquetOptions { CompressionMethod = CompressionMethod.Zstd }).GetAwaiter().GetResult();
        _writer.CustomMetadata = new Dictionary<string, string> { [MetadataKey] = metadata };
    }

    public void Write(ScoreRow row)
    {
        _rows.Add(row);
        if (_rows.Count == RowsOfGroup)
            Flush();
    }

    /// <summary>Writes a row group, be it full or not.</summary>
    public void Flush()
    {
        if (_rows.Count == 0)
            return;
        WriteGroupAsync().GetAwaiter().GetResult();
        _rows.Clear();
    }

    private async Task WriteGroupAsync()
    {
        using var group = _writer.CreateRowGroup();
        await group.WriteAsync(_image, [.. _rows.Select(row => row.Image)]);
        for (var rank = 0; rank < _labels.Length; rank++)
        {
            var place = rank;
            await group.WriteAsync(_labels[rank], (string[])[.. _rows.Select(row => place < row.Top.Count ? row.Top[place].Label : null!)]);
            await group.WriteAsync<float>(_probabilities[rank],
                (float?[])[.. _rows.Select(row => place < row.Top.Count ? row.Top[place].Probability : (float?)null)]);
        }
        await group.WriteAsync(_error, (string[])[.. _rows.Select(row => row.Error!)]);
        group.CompleteValidate();
    }

    public void Dispose()
    {
        Flush();
        _writer.DisposeAsync().AsTask().GetAwaiter().GetResult();
    }
}
