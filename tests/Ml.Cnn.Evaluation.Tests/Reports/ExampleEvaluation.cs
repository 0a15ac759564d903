using Microsoft.ML;
using Microsoft.ML.Data;
using Ml.Cnn.Evaluation.Scores;

namespace Ml.Cnn.Evaluation.Tests.Reports;

/// <summary>Images with names and drawn scores, and their evaluation.</summary>
/// <param name="Images">As a source of images gives them.</param>
/// <param name="Evaluation">Of the scores.</param>
internal sealed record ExampleEvaluation(IDataView Images, CnnEvaluation Evaluation)
{
    /// <param name="labels">The right classes.</param>
    /// <param name="classes">Their names.</param>
    /// <param name="image">The file of each image.</param>
    /// <param name="name">The path of each image.</param>
    /// <param name="skill">How good the network is, as <see cref="ExampleScores.Of"/> takes it.</param>
    /// <param name="seed">Which network.</param>
    public static ExampleEvaluation Of(int[] labels, string[] classes, Func<int, byte[]> image, Func<int, string> name, double skill = 2, int seed = 1)
    {
        var mlContext = new MLContext();
        var scores = ExampleScores.Of(labels, classes.Length, skill, seed);
        var schema = SchemaDefinition.Create(typeof(Row));
        schema[nameof(Row.Score)].ColumnType = new VectorDataViewType(NumberDataViewType.Single, classes.Length);
        var rows = mlContext.Data.LoadFromEnumerable(Rows(labels, classes, scores, image, name), schema);
        var costs = new CnnCosts((classes[0], CnnCosts.AnyClass, 5));
        return new(rows, mlContext.MulticlassClassification.EvaluateCnn(rows, new() { ClassNames = classes, Costs = costs }));
    }

    /// <summary>Ten classes of small images.</summary>
    public static ExampleEvaluation Small(int images, string[]? classes = null, double skill = 2, int seed = 1)
    {
        var pngs = Enumerable.Range(0, images).Select(image => Squares.Png(28, 28, image)).ToArray();
        return Of(ExampleScores.Labels(images, 10, seed: 3), classes ?? [.. Enumerable.Range(0, 10).Select(digit => $"digit {digit}")],
            image => pngs[image], image => $"/data/digits/{image}.png", skill, seed);
    }

    private static IEnumerable<Row> Rows(int[] labels, string[] classes, ImageScores scores, Func<int, byte[]> image, Func<int, string> name) =>
        labels.Select((label, i) => new Row { Label = classes[label], Score = scores.Of(i).ToArray(), Image = image(i), ImagePath = name(i) });

    private sealed class Row
    {
        public string Label { get; set; } = "";

        public float[] Score { get; set; } = [];

        public byte[] Image { get; set; } = [];

        public string ImagePath { get; set; } = "";
    }
}
