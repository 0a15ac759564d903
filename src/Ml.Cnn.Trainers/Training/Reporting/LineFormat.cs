using System.Globalization;
using System.Text.Json;
using Ml.Cnn.Trainers.Progress;

namespace Ml.Cnn.Trainers.Training.Reporting;

/// <summary>How the values of a record are written on a line: names and numbers as in model.json, whatever the culture.</summary>
internal abstract class LineFormat
{
    private static readonly JsonSerializerOptions s_options = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.CamelCase,
        NumberHandling = System.Text.Json.Serialization.JsonNumberHandling.AllowNamedFloatingPointLiterals,
        TypeInfoResolver = new System.Text.Json.Serialization.Metadata.DefaultJsonTypeInfoResolver(),
    };

    public static LineFormat Csv { get; } = new CsvFormat();

    public static LineFormat Json { get; } = new JsonFormat();

    /// <summary>With its dot.</summary>
    public abstract string Extension { get; }

    /// <summary>The first line of a file; null where there is none.</summary>
    public abstract string? Header<T>(IReadOnlyList<RecordColumn<T>> columns);

    public abstract string Line<T>(T value);

    /// <summary>The number that a line begins with, its step or its epoch; null where the line is none of this format's.</summary>
    public abstract long? FirstNumber(string line);

    private sealed class CsvFormat : LineFormat
    {
        public override string Extension => ".csv";

        public override string? Header<T>(IReadOnlyList<RecordColumn<T>> columns) => string.Join(',', columns.Select(column => column.Name));

        public override string Line<T>(T value) => string.Join(',', JsonSerializer.SerializeToElement(value, s_options).EnumerateObject()
            .Select(property => Field(property.Value)));

        public override long? FirstNumber(string line) =>
            long.TryParse(line.AsSpan(0, Math.Max(0, line.IndexOf(','))), NumberStyles.None, CultureInfo.InvariantCulture, out var step) ? step : null;

        private static string Field(JsonElement value) => value.ValueKind switch
        {
            JsonValueKind.Null => "",
            JsonValueKind.String => Quoted(value.GetString()!), // a class's name; NaN, Infinity
            _ => value.GetRawText(),
        };
    }

    // RFC 4180, section 2.
    private static string Quoted(string text) => text.AsSpan().IndexOfAny(",\"\r\n") < 0 ? text : $"\"{text.Replace("\"", "\"\"", StringComparison.Ordinal)}\"";

    private sealed class JsonFormat : LineFormat
    {
        public override string Extension => ".jsonl";

        public override string? Header<T>(IReadOnlyList<RecordColumn<T>> columns) => null;

        public override string Line<T>(T value) => JsonSerializer.Serialize(value, s_options);

        public override long? FirstNumber(string line)
        {
            try
            {
                using var json = JsonDocument.Parse(line);
                return json.RootElement is { ValueKind: JsonValueKind.Object } values && values.EnumerateObject().FirstOrDefault().Value is
                { ValueKind: JsonValueKind.Number } first && first.TryGetInt64(out var number) ? number : null;
            }
            catch (JsonException)
            {
                return null;
            }
        }
    }
}
