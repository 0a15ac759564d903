using System.Text.Json;

namespace MlCnn.Cli.BulkScoring;

/// <summary>Rows as JSON objects, one per line.</summary>
/// <param name="stream">Stays open.</param>
internal sealed class JsonLinesScoreWriter(Stream stream) : IScoreWriter
{
    public void Write(ScoreRow row)
    {
        JsonSerializer.Serialize(stream, JsonLine.Of(row), JsonLine.Options);
        stream.WriteByte((byte)'\n');
    }

    public void Flush() => stream.Flush();

    public void Dispose() => Flush();
}
