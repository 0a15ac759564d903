using System.Text.Json;
using Microsoft.VisualBasic.FileIO;
using Parquet;
using Parquet.Schema;

namespace MlCnn.Cli.Tests;

/// <summary>A row of a file of scores, whatever its format. Read by other code than the command's own where there is any.</summary>
internal sealed record ScoredRow(string Image, string? Label, float? Probability, IReadOnlyList<(string Label, float Probability)> Top, string? Error);

/// <summary>A model for tests of 'score' and 'merge', trained once, and readers of what they write.</summary>
public abstract class BulkScoringTest : CliTest
{
    private protected const string Awkward = "zero, \"none\"";

    private static readonly Lazy<byte[]> s_model = new(Train);

    [TestInitialize]
    public void WriteModel() => File.WriteAllBytes(Path.Join(Folder, "m.zip"), s_model.Value);

    private protected CliResult Score(string data, string output, params IReadOnlyList<string> others) =>
        Run(["score", "--model", "m.zip", "--data", data, "--out", output, .. others]);

    /// <summary>Beside a finished file stands what says of what it is made, and no more.</summary>
    private protected void AssertNothingElse(string name) =>
        CollectionAssert.AreEquivalent((string[])[name, name + ".progress.json"], Directory.GetFiles(Folder, name + "*").Select(Path.GetFileName).ToArray());

    private protected byte[] Bytes(string name) => File.ReadAllBytes(Path.Join(Folder, name));

    private protected List<ScoredRow> ReadRows(string name)
    {
        var path = Path.Join(Folder, name);
        return Path.GetExtension(name) switch
        {
            ".csv" => [.. ReadCsv(path)],
            ".jsonl" => [.. File.ReadLines(path).Select(ReadJson)],
            _ => ReadParquetAsync(path).GetAwaiter().GetResult(),
        };
    }

    private static byte[] Train()
    {
        var folder = Directory.CreateTempSubdirectory("mlcnn-cli").FullName;
        try
        {
            Images.Write(Path.Join(folder, "data"), count: 200, seed: 1, [Awkward, "日本 犬", "two"], ".png");
            Cli.Run(folder, "train", "--data", "data", "--arch", "lenet5", "--epochs", "2", "--batch-size", "8", "--optimizer", "adam", "--seed", "1",
                "--out", "m.zip").Expect(0);
            return File.ReadAllBytes(Path.Join(folder, "m.zip"));
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static ScoredRow ReadJson(string line)
    {
        var row = JsonSerializer.Deserialize<JsonElement>(line);
        AssertProperties(row, "image", "label", "probability", "top", "error");
        return new(row.GetProperty("image").GetString()!, row.GetProperty("label").GetString(),
            row.GetProperty("probability") is { ValueKind: JsonValueKind.Number } number ? number.GetSingle() : null,
            [.. row.GetProperty("top").EnumerateArray()
                .Select(entry => (entry.GetProperty("label").GetString()!, entry.GetProperty("probability").GetSingle()))],
            row.GetProperty("error").GetString());
    }

    private static IEnumerable<ScoredRow> ReadCsv(string path)
    {
        using var parser = new TextFieldParser(path) { TextFieldType = FieldType.Delimited, Delimiters = [","], TrimWhiteSpace = false };
        var names = parser.ReadFields()!;
        while (parser.ReadFields() is { } fields)
            yield return RowOf(names.Zip(fields, (name, field) => (name, (object?)(field.Length > 0 ? field : null))).ToDictionary());
    }

    private static async Task<List<ScoredRow>> ReadParquetAsync(string path)
    {
        await using var reader = await ParquetReader.CreateAsync(path);
        Assert.Contains("modelSha256", reader.CustomMetadata["mlcnn.score"]);
        var rows = new List<ScoredRow>();
        for (var i = 0; i < reader.RowGroupCount; i++)
        {
            using var group = reader.OpenRowGroupReader(i);
            var columns = new Dictionary<string, object?[]>();
            foreach (var field in reader.Schema.GetDataFields())
                columns[field.Name] = await ReadColumnAsync(group, field);
            for (var row = 0; row < group.RowCount; row++)
                rows.Add(RowOf(columns.ToDictionary(column => column.Key, column => column.Value[row])));
        }
        return rows;
    }

    private static async Task<object?[]> ReadColumnAsync(ParquetRowGroupReader group, DataField field)
    {
        if (field.ClrType == typeof(float))
        {
            var numbers = new float?[group.RowCount];
            await group.ReadAsync<float>(field, numbers.AsMemory());
            return [.. numbers.Select(number => (object?)number)];
        }
        var texts = new string?[group.RowCount];
        await group.ReadAsync(field, texts.AsMemory());
        return texts;
    }

    private static ScoredRow RowOf(Dictionary<string, object?> values)
    {
        var top = new List<(string, float)>();
        for (var rank = 1; Named("label", rank) is { } label; rank++)
            top.Add(((string)label, Number(Named("probability", rank))!.Value));
        return new((string)values["image"]!, (string?)values["label"], Number(values["probability"]), top, (string?)values["error"]);

        object? Named(string stem, int rank) => values.GetValueOrDefault(rank == 1 ? stem : FormattableString.Invariant($"{stem}{rank}"));

        static float? Number(object? value) => value is string text ? float.Parse(text, System.Globalization.CultureInfo.InvariantCulture) : (float?)value;
    }
}
