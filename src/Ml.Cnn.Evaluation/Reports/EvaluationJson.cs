using System.Text.Json;
using System.Text.Json.Serialization;

namespace Ml.Cnn.Evaluation.Reports;

/// <summary>report.json: an evaluation's numbers under the names of its properties.</summary>
internal static class EvaluationJson
{
    private static readonly JsonSerializerOptions s_options = new(JsonSerializerDefaults.Web) { Converters = { new NumberOrNull() } };

    public static string Write(CnnEvaluation evaluation, CnnModelComparison? comparison) => JsonSerializer.Serialize(new
    {
        evaluation.Images,
        evaluation.Unlabeled,
        evaluation.NotScored,
        evaluation.TopAccuracy,
        evaluation.MacroAccuracy,
        evaluation.MacroF1,
        evaluation.LogLoss,
        evaluation.Classes,
        Confusion = Cells(evaluation.Confusion),
        MostConfused = evaluation.Confusion.MostConfused(),
        evaluation.Calibration,
        Coverage = new { evaluation.Coverage.Area, evaluation.Coverage.Points },
        evaluation.Costs,
        Comparison = comparison,
    }, s_options);

    // Of a thousand classes nearly all cells are empty.
    private static IEnumerable<Cell> Cells(CnnConfusionMatrix matrix)
    {
        for (var actual = 0; actual < matrix.ClassNames.Count; actual++)
            for (var predicted = 0; predicted < matrix.ClassNames.Count; predicted++)
                if (matrix[actual, predicted] is > 0 and var images)
                    yield return new(matrix.ClassNames[actual], matrix.ClassNames[predicted], images);
    }

    private sealed record Cell(string Actual, string Predicted, int Images);

    /// <summary>JSON has no NaN.</summary>
    private sealed class NumberOrNull : JsonConverter<double>
    {
        public override double Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) => throw new NotSupportedException();

        public override void Write(Utf8JsonWriter writer, double value, JsonSerializerOptions options)
        {
            if (double.IsFinite(value))
                writer.WriteNumberValue(value);
            else
                writer.WriteNullValue();
        }
    }
}
