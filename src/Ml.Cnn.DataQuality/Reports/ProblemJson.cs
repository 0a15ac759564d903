using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using Ml.Cnn.DataQuality.Writing;

namespace Ml.Cnn.DataQuality.Reports;

/// <summary>A report as JSON.</summary>
internal static class ProblemJson
{
    private static readonly JsonSerializerOptions s_options = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.CamelCase,
        Converters = { new JsonStringEnumConverter(JsonNamingPolicy.CamelCase) },
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
        Encoder = JavaScriptEncoder.Default, // in ASCII, so that no console's encoding can spoil it
    };

    public static string Write(DataProblemReport report, string? folder) => JsonSerializer.Serialize(new
    {
        report.Images,
        report.ValidationImages,
        report.Classes,
        report.Probabilities,
        report.Agreement,
        report.EstimatedLabelErrors,
        Problems = report.Problems.Select(problem => ProblemPath.From(folder, problem)),
        report.ConfusedClasses,
        report.Notes,
    }, s_options);
}
