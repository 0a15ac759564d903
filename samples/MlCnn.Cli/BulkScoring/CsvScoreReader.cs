using nietras.SeparatedValues;

namespace MlCnn.Cli.BulkScoring;

/// <summary>Reads what <see cref="CsvScoreWriter"/> wrote.</summary>
internal static class CsvScoreReader
{
    public static IEnumerable<ScoreRow> Read(string path)
    {
        using var reader = Sep.New(',').Reader(options => options with { Unescape = true }).FromFile(path);
        var top = 0;
        while (reader.Header.TryIndexOf(ScoreColumnNames.Label(top), out _))
            top++;
        if (top == 0 || !reader.Header.TryIndexOf(ScoreColumnNames.Image, out _) || !reader.Header.TryIndexOf(ScoreColumnNames.Error, out _))
        {
            throw new InvalidDataException(
                $"'{path}' has no columns '{ScoreColumnNames.Image}', '{ScoreColumnNames.Label(0)}' and '{ScoreColumnNames.Error}'.");
        }
        while (reader.MoveNext())
            yield return RowOf(reader.Current, top);
    }

    private static ScoreRow RowOf(SepReader.Row row, int top)
    {
        var error = row[ScoreColumnNames.Error].ToString();
        var entries = new List<LabelEntry>(top);
        for (var rank = 0; error.Length == 0 && rank < top; rank++)
            entries.Add(new(row[ScoreColumnNames.Label(rank)].ToString(), row[ScoreColumnNames.Probability(rank)].Parse<float>()));
        return new(row[ScoreColumnNames.Image].ToString(), entries, error.Length > 0 ? error : null);
    }
}
