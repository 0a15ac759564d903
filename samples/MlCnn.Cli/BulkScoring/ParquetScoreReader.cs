using Parquet;
using Parquet.Schema;

namespace MlCnn.Cli.BulkScoring;

/// <summary>Reads what <see cref="ParquetScoreWriter"/> wrote, a row group at a time.</summary>
internal static class ParquetScoreReader
{
    public static IEnumerable<ScoreRow> Read(string path)
    {
        using var file = File.OpenRead(path);
        var reader = ParquetReader.CreateAsync(file).GetAwaiter().GetResult();
        try
        {
            for (var group = 0; group < reader.RowGroupCount; group++)
            {
                foreach (var row in ReadGroupAsync(path, reader, group).GetAwaiter().GetResult())
                    yield return row;
            }
        }
        finally
        {
            reader.DisposeAsync().AsTask().GetAwaiter().GetResult();
        }
    }

    private static async Task<ScoreRow[]> ReadGroupAsync(string path, ParquetReader reader, int index)
    {
        using var group = reader.OpenRowGroupReader(index);
        var count = checked((int)group.RowCount);
        var fields = reader.Schema.GetDataFields().ToDictionary(field => field.Name);
        var images = await ReadTextAsync(ScoreColumnNames.Image);
        var errors = await ReadTextAsync(ScoreColumnNames.Error);
        var (labels, probabilities) = (new List<string?[]>(), new List<float?[]>());
        for (var rank = 0; fields.ContainsKey(ScoreColumnNames.Label(rank)); rank++)
        {
            labels.Add(await ReadTextAsync(ScoreColumnNames.Label(rank)));
            var values = new float?[count];
            await group.ReadAsync<float>(FieldOf(ScoreColumnNames.Probability(rank)), values.AsMemory());
            probabilities.Add(values);
        }
        return [.. Enumerable.Range(0, count).Select(i => new ScoreRow(images[i]!,
            errors[i] is null ? [.. labels.Zip(probabilities).Select(pair => new LabelEntry(pair.First[i]!, pair.Second[i]!.Value))] : [], errors[i]))];

        async Task<string?[]> ReadTextAsync(string column)
        {
            var values = new string?[count];
            await group.ReadAsync(FieldOf(column), values.AsMemory());
            return values;
        }

        DataField FieldOf(string column) =>
            fields.TryGetValue(column, out var field) ? field : throw new InvalidDataException($"'{path}' has no column '{column}'.");
    }
}
