using Microsoft.ML;
using Microsoft.ML.Data;
using Ml.Cnn.Evaluation.Scores;

namespace Ml.Cnn.Evaluation.Tests.Results;

/// <summary>Scores as a data view, as a network's Transform gives them.</summary>
internal static class ScoredRows
{
    /// <summary>Classes by their numbers: "c0", "c1", ….</summary>
    public static string[] Names(int classes) => [.. Enumerable.Range(0, classes).Select(i => $"c{i}")];

    public static IDataView View(MLContext mlContext, ImageScores scores, IReadOnlyList<string>? labels = null)
    {
        var schema = SchemaDefinition.Create(typeof(Row));
        schema[nameof(Row.Score)].ColumnType = new VectorDataViewType(NumberDataViewType.Single, scores.Classes);
        return mlContext.Data.LoadFromEnumerable(scores.Labels.Select((label, image) => new Row
        {
            Label = labels is null ? $"c{label}" : labels[image],
            Score = scores.Of(image).ToArray(),
        }), schema);
    }

    public static CnnEvaluation Evaluate(ImageScores scores, CnnCosts? costs = null, IReadOnlyList<string>? labels = null, bool ranks = true)
    {
        var mlContext = new MLContext();
        return mlContext.MulticlassClassification.EvaluateCnn(View(mlContext, scores, labels),
            new() { ClassNames = Names(scores.Classes), Costs = costs, RanksClasses = ranks });
    }

    private sealed class Row
    {
        public string Label { get; set; } = "";

        public float[] Score { get; set; } = [];
    }
}
