using System.Text.Encodings.Web;
using System.Text.Json;

namespace MlCnn.Cli.BulkScoring;

/// <summary>A row as a JSON object, in the words of 'mlcnn predict --json'. Every row has every property.</summary>
internal sealed record JsonLine(string Image, string? Label, float? Probability, IReadOnlyList<LabelEntry> Top, string? Error)
{
    public static JsonSerializerOptions Options { get; } = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.CamelCase,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, // names are to be read; nothing here goes into a web page
        RespectNullableAnnotations = true,
        RespectRequiredConstructorParameters = true,
    };

    public static JsonLine Of(ScoreRow row) => row.Error is null
        ? new(row.Image, row.Top[0].Label, row.Top[0].Probability, row.Top, null)
        : new(row.Image, null, null, [], row.Error);
}
