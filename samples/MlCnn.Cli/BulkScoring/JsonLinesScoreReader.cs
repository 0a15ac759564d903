using System.Text.Json;

namespace MlCnn.Cli.BulkScoring;

/// <summary>Reads what <see cref="JsonLinesScoreWriter"/> wrote.</summary>
internal static class JsonLinesScoreReader
{
    public static IEnumerable<ScoreRow> Read(string path)
    {
        foreach (var text in File.ReadLines(path))
        {
            var line = JsonSerializer.Deserialize<JsonLine>(text, JsonLine.Options) ?? throw new InvalidDataException($"'{path}' has a line that is null.");
            yield return new(line.Image, line.Top, line.Error);
        }
    }
}
