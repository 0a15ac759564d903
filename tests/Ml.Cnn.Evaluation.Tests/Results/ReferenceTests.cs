using System.Text.Json;
using Ml.Cnn.Trainers;

namespace Ml.Cnn.Evaluation.Tests.Results;

/// <summary>Protects that every measure is scikit-learn's, where images have equal scores too: TestData/reference.py made the values.</summary>
[TestClass]
public sealed class ReferenceTests
{
    private const double Tolerance = 1e-6; // scores are single numbers here, and double ones there

    private static readonly JsonElement s_reference = JsonDocument.Parse(File.ReadAllText(Path.Join(AppContext.BaseDirectory, "TestData/reference.json")))
        .RootElement;

    [TestMethod]
    [DataRow("one")]
    [DataRow("other")]
    public void MeasuresOfTheWholeAreScikitLearns(string network)
    {
        var (evaluation, expected) = (Evaluate(network), s_reference.GetProperty(network));
        Assert.AreEqual(expected.GetProperty("accuracy").GetDouble(), evaluation.Accuracy.Value, 1e-12);
        AssertEqual(Numbers(expected, "top"), evaluation.TopAccuracy.Select(top => top.Value));
        Assert.AreEqual(expected.GetProperty("balancedAccuracy").GetDouble(), evaluation.MacroAccuracy.Value, 1e-12);
        Assert.AreEqual(expected.GetProperty("macroF1").GetDouble(), evaluation.MacroF1.Value, 1e-12);
        Assert.AreEqual(expected.GetProperty("logLoss").GetDouble(), evaluation.LogLoss.Value, Tolerance);
        Assert.AreEqual(expected.GetProperty("brier").GetDouble(), evaluation.Calibration.BrierScore, Tolerance);
    }

    [TestMethod]
    [DataRow("one")]
    [DataRow("other")]
    public void MeasuresOfClassesAreScikitLearns(string network)
    {
        var (classes, expected) = (Evaluate(network).Classes, s_reference.GetProperty(network));
        AssertEqual(Numbers(expected, "support"), classes.Select(one => (double)one.Support));
        AssertEqual(Numbers(expected, "precision"), classes.Select(one => Or0(one.Precision.Value)));
        AssertEqual(Numbers(expected, "recall"), classes.Select(one => Or0(one.Recall.Value)));
        AssertEqual(Numbers(expected, "f1"), classes.Select(one => Or0(one.F1)));
        AssertEqual(Numbers(expected, "averagePrecision"), classes.Select(one => one.AveragePrecision));
        AssertEqual(Numbers(expected, "rocArea"), classes.Select(one => one.RocArea));

        static double Or0(double value) => double.IsNaN(value) ? 0 : value; // what scikit-learn puts where there is nothing to count
    }

    [TestMethod]
    [DataRow("one")]
    [DataRow("other")]
    public void TheConfusionMatrixIsScikitLearns(string network)
    {
        var matrix = Evaluate(network).Confusion;
        foreach (var (actual, row) in s_reference.GetProperty(network).GetProperty("confusion").EnumerateArray().Index())
            foreach (var (predicted, count) in row.EnumerateArray().Index())
                Assert.AreEqual(count.GetInt32(), matrix[actual, predicted], $"{actual} taken for {predicted}");
    }

    [TestMethod]
    [DataRow("one")]
    [DataRow("other")]
    public void CalibrationCurvesAreScikitLearns(string network)
    {
        var (curve, expected) = (Evaluate(network).Calibration, s_reference.GetProperty(network));
        AssertCurve(expected.GetProperty("equalMass"), curve.EqualMass, curve.EqualMassError);
        AssertCurve(expected.GetProperty("equalWidth"), curve.EqualWidth, curve.Error);

        static void AssertCurve(JsonElement expected, IReadOnlyList<CalibrationBin> bins, double error)
        {
            var filled = bins.Where(bin => bin.Images > 0).ToArray();
            AssertEqual(Numbers(expected, "images"), filled.Select(bin => (double)bin.Images));
            AssertEqual(Numbers(expected, "accuracy"), filled.Select(bin => bin.Accuracy));
            AssertEqual(Numbers(expected, "probability"), filled.Select(bin => bin.Probability));
            Assert.AreEqual(expected.GetProperty("error").GetDouble(), error, Tolerance);
            Assert.IsTrue(filled.All(bin => bin.Probability > bin.Lower && bin.Probability <= bin.Upper + 1e-6), "a mean outside of its bin");
        }
    }

    [TestMethod]
    public void TheComparisonIsMcNemarsTest()
    {
        var (one, other) = (Evaluate("one"), Evaluate("other"));
        var (comparison, expected) = (one.CompareWith(other), s_reference.GetProperty("mcnemar"));
        Assert.HasCount(expected.GetProperty("onlyOne").GetInt32(), comparison.OnlyThis);
        Assert.HasCount(expected.GetProperty("onlyOther").GetInt32(), comparison.OnlyOther);
        Assert.AreEqual(expected.GetProperty("midP").GetDouble(), comparison.PValue, 1e-10);
        Assert.AreEqual(one.Accuracy.Value - other.Accuracy.Value, comparison.Difference.Value, 1e-12);
        Assert.AreEqual(comparison.PValue, other.CompareWith(one).PValue, 1e-12);
    }

    private static CnnEvaluation Evaluate(string network)
    {
        var rows = s_reference.GetProperty(network).GetProperty("scores");
        int[] labels = [.. s_reference.GetProperty("labels").EnumerateArray().Select(label => label.GetInt32())];
        float[] scores = [.. rows.EnumerateArray().SelectMany(row => row.EnumerateArray().Select(score => score.GetSingle()))];
        return ScoredRows.Evaluate(new(labels, scores, rows[0].GetArrayLength()));
    }

    private static IEnumerable<double> Numbers(JsonElement element, string name) =>
        element.GetProperty(name).EnumerateArray().Select(number => number.ValueKind == JsonValueKind.Null ? double.NaN : number.GetDouble());

    private static void AssertEqual(IEnumerable<double> expected, IEnumerable<double> actual)
    {
        var (numbers, others) = (expected.ToArray(), actual.ToArray());
        Assert.HasCount(numbers.Length, others);
        foreach (var (i, number) in numbers.Index())
            Assert.AreEqual(number, others[i], Tolerance, $"number {i} of {string.Join(", ", others)}");
    }
}
