using Microsoft.ML;
using Microsoft.ML.Data;
using Ml.Cnn.Evaluation.Scores;
using Ml.Cnn.Evaluation.Statistics;

namespace Ml.Cnn.Evaluation.Tests.Statistics;

/// <summary>Protects that metrics are ML.NET's, where ML.NET has them, and scikit-learn's definitions where it has not.</summary>
[TestClass]
public sealed class ImageOutcomesTests
{
    [TestMethod]
    [DataRow(2, 50, 1.0)]
    [DataRow(10, 400, 1.5)]
    [DataRow(100, 600, 2.0)]
    public void TheyAreWhatMlNetEvaluates(int classes, int images, double skill)
    {
        var scores = ExampleScores.Of(ExampleScores.Labels(images, classes, seed: 3), classes, skill, seed: 4);
        AssertSame(Evaluate(scores), new ImageOutcomes(scores));
    }

    [TestMethod]
    public void ProbabilitiesOfZeroAndOneAndEqualOnesAreTakenAsMlNetTakesThem()
    {
        ImageScores scores = new([0, 1, 2, 3, 0, 5, 6], [
            1, 0, 0, 0, 0, 0, 0,
            1, 0, 0, 0, 0, 0, 0,                          // the right class has no probability at all
            0.25f, 0.25f, 0.25f, 0.25f, 0, 0, 0,          // four equal ones: the first is named
            0.2f, 0.2f, 0.2f, 0.1f, 0.2f, 0.1f, 0,        // behind four, beside an equal one
            0, 0.5f, 0.5f, 0, 0, 0, 0,
            0.2f, 0.2f, 0.2f, 0.2f, 0.1f, 0.1f, 0,        // the sixth of six
            0.4f, 0.1f, 0.1f, 0.1f, 0.1f, 0.1f, 0.1f,
        ], 7);
        AssertSame(Evaluate(scores), new ImageOutcomes(scores));
    }

    [TestMethod]
    public void ClassesThatDoNotOccurAreLeftOutAsMlNetLeavesThemOut()
    {
        ImageScores scores = new([0, 0, 1, 1], [0.7f, 0.2f, 0.1f, 0.2f, 0.1f, 0.7f, 0.3f, 0.6f, 0.1f, 0.5f, 0.4f, 0.1f], 3);
        AssertSame(Evaluate(scores), new ImageOutcomes(scores));
    }

    [TestMethod]
    public void F1IsTheMeanOverClassesAsScikitLearnDefinesIt()
    {
        // sklearn.metrics.f1_score([0,0,0,1,1,2], [0,0,1,1,2,2], average="macro"): class 0: 2·2/(3+2), class 1: 2·1/(2+2), class 2: 2·1/(1+2).
        var outcomes = new ImageOutcomes(Named([0, 0, 0, 1, 1, 2], [0, 0, 1, 1, 2, 2], classes: 3));
        Assert.AreEqual((0.8 + 0.5 + 2.0 / 3) / 3, ClassCounts.Of(outcomes).MacroF1(), 1e-12);
        // With a fourth class that neither occurs nor is named: it has no F1. One that is named and does not occur has 0.
        Assert.AreEqual((0.8 + 0.5 + 2.0 / 3) / 3, ClassCounts.Of(new(Named([0, 0, 0, 1, 1, 2], [0, 0, 1, 1, 2, 2], classes: 4))).MacroF1(), 1e-12);
        Assert.AreEqual((1 + 0.0 + 0) / 3, ClassCounts.Of(new(Named([0, 1], [0, 2], classes: 3))).MacroF1(), 1e-12);
    }

    [TestMethod]
    public void AnImageWhoseScoresAreNoNumbersIsWrong()
    {
        ImageScores scores = new([0, 1], [float.NaN, float.NaN, 0.1f, 0.9f], 2);
        var outcomes = new ImageOutcomes(scores);
        Assert.AreEqual(0.5, outcomes.Accuracy());
        Assert.AreEqual(0.5, outcomes.Top5Accuracy());
        Assert.IsTrue(double.IsNaN(outcomes.LogLoss()), "a log loss of no number must not pass for one");
    }

    private static ImageScores Named(int[] labels, int[] named, int classes)
    {
        var probabilities = new float[labels.Length * classes];
        foreach (var (image, predicted) in named.Index())
            probabilities[image * classes + predicted] = 1;
        return new(labels, probabilities, classes);
    }

    private static void AssertSame(MulticlassClassificationMetrics expected, ImageOutcomes outcomes)
    {
        Assert.AreEqual(expected.MicroAccuracy, outcomes.Accuracy(), 1e-12);
        Assert.AreEqual(expected.MacroAccuracy, ClassCounts.Of(outcomes).MacroAccuracy(), 1e-12);
        Assert.AreEqual(expected.LogLoss, outcomes.LogLoss(), 1e-6 * expected.LogLoss);
        Assert.AreEqual(expected.TopKAccuracy, outcomes.Top5Accuracy(), 1e-12);
    }

    private static MulticlassClassificationMetrics Evaluate(ImageScores scores)
    {
        var mlContext = new MLContext(seed: 1);
        var schema = SchemaDefinition.Create(typeof(Row));
        schema[nameof(Row.Label)].ColumnType = schema[nameof(Row.PredictedLabel)].ColumnType = new KeyDataViewType(typeof(uint), scores.Classes);
        schema[nameof(Row.Score)].ColumnType = new VectorDataViewType(NumberDataViewType.Single, scores.Classes);
        var rows = scores.Labels.Select((label, image) => new Row
        {
            Label = (uint)label,
            Score = scores.Of(image).ToArray(),
            PredictedLabel = (uint)scores.Of(image).IndexOf(scores.Of(image).ToArray().Max()),
        });
        return mlContext.MulticlassClassification.Evaluate(mlContext.Data.LoadFromEnumerable(rows, schema), topKPredictionCount: Math.Min(5, scores.Classes));
    }

    private sealed class Row
    {
        public uint Label { get; set; }

        public float[] Score { get; set; } = [];

        public uint PredictedLabel { get; set; }
    }
}
