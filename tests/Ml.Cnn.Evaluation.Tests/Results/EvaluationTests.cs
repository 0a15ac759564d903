using Microsoft.ML;
using Ml.Cnn.Evaluation.Scores;

namespace Ml.Cnn.Evaluation.Tests.Results;

/// <summary>Protects what an evaluation says beside the measures that others define: what it leaves out, intervals, coverage, costs, comparisons.</summary>
[TestClass]
public sealed class EvaluationTests
{
    private static readonly ImageScores s_three = new([0, 0, 1, 2],
        [0.9f, 0.05f, 0.05f, 0.2f, 0.7f, 0.1f, 0.3f, 0.6f, 0.1f, 0.5f, 0.1f, 0.4f], 3);

    [TestMethod]
    public void RowsWithoutALabelOrAScoreAreLeftOutAndCounted()
    {
        ImageScores scores = s_three with { Probabilities = [.. s_three.Probabilities.Select((score, i) => i == 4 ? float.NaN : score)] };
        var evaluation = ScoredRows.Evaluate(scores, labels: ["c0", "c0", "c1", ""]);
        Assert.AreEqual((2, 1, 1), (evaluation.Images, evaluation.NotScored, evaluation.Unlabeled));
        CollectionAssert.AreEqual(new[] { 0, 2 }, evaluation.EvaluatedImages().Select(image => image.Row).ToArray());
        var none = Assert.ThrowsExactly<InvalidOperationException>(() => ScoredRows.Evaluate(s_three, labels: ["", "", "", ""]));
        Assert.Contains("4 have no label", none.Message);
    }

    [TestMethod]
    public void LabelsAndColumnsThatDoNotFitAreNamed()
    {
        var mlContext = new MLContext();
        var view = ScoredRows.View(mlContext, s_three);
        Assert.Contains("c2", Assert.ThrowsExactly<InvalidOperationException>(() => Evaluate(new() { ClassNames = ["c0", "c1", "x"] })).Message);
        Assert.Contains("3 scores", Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => Evaluate(new() { ClassNames = ["c0", "c1"] })).Message);
        Assert.Contains("'Scores'", Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => Evaluate(new() { ScoreColumnName = "Scores" })).Message);
        Assert.Contains("'c1'", Assert.ThrowsExactly<ArgumentException>(() => Evaluate(new() { ClassNames = ["c0", "c1", "c1"] })).Message);
        Assert.Contains("ClassNames", Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => Evaluate(new())).Message);

        void Evaluate(CnnEvaluationOptions options) => mlContext.MulticlassClassification.EvaluateCnn(view, options);
    }

    [TestMethod]
    public void TheWorstMistakesAreTheSurest()
    {
        var mistakes = ScoredRows.Evaluate(s_three).WorstMistakes(9);
        CollectionAssert.AreEqual(new[] { 1, 3 }, mistakes.Select(image => image.Row).ToArray());
        Assert.AreEqual(("c0", "c1"), (mistakes[0].Actual, mistakes[0].Predicted));
        Assert.AreEqual(0.7, mistakes[0].Probability, 1e-6);
        Assert.AreEqual(0.2, mistakes[0].ActualProbability, 1e-6);
    }

    [TestMethod]
    public void TheMostConfusedPairsAreTheLargestCellsBesideTheDiagonal()
    {
        var labels = ExampleScores.Labels(400, 6, seed: 1);
        var matrix = ScoredRows.Evaluate(ExampleScores.Of(labels, 6, skill: 1, seed: 2)).Confusion;
        var pairs = matrix.MostConfused(100);
        Assert.AreEqual(pairs.Sum(pair => pair.Images), Enumerable.Range(0, 36).Where(i => i / 6 != i % 6).Sum(i => matrix[i / 6, i % 6]));
        Assert.IsTrue(pairs.Zip(pairs.Skip(1)).All(two => two.First.Images >= two.Second.Images));
        Assert.AreEqual(pairs[0].Images / (double)labels.Count(label => $"c{label}" == pairs[0].Actual), pairs[0].Share, 1e-12);
    }

    [TestMethod]
    public void CoverageIsWhatAThresholdGives()
    {
        var evaluation = ScoredRows.Evaluate(ExampleScores.Of(ExampleScores.Labels(500, 5, seed: 3), 5, skill: 1.5, seed: 4));
        var images = evaluation.EvaluatedImages().ToArray();
        foreach (var point in evaluation.Coverage.Points)
        {
            var answered = images.Where(image => image.Probability >= point.Threshold).ToArray();
            Assert.AreEqual(answered.Length / 500.0, point.Coverage, 1e-12);
            Assert.AreEqual(answered.Count(image => image.IsRight) / (double)answered.Length, point.Accuracy, 1e-12);
        }
        Assert.AreEqual(evaluation.Accuracy.Value, evaluation.Coverage.AtCoverage(1).Accuracy, 1e-12);
        var wanted = (evaluation.Accuracy.Value + 1) / 2;
        var found = evaluation.Coverage.WithAccuracy(wanted)!.Value;
        Assert.IsTrue(found.Accuracy >= wanted && found.Coverage < 1);
        Assert.IsLessThan(wanted, evaluation.Coverage.AtCoverage(found.Coverage + 1e-9).Accuracy);
        // The mean over the images of the risk where each is the last that is answered.
        var sorted = images.OrderByDescending(image => image.Probability).ToArray();
        var area = Enumerable.Range(1, 500).Average(many => sorted.Take(many).Count(image => !image.IsRight) / (double)many);
        Assert.AreEqual(area, evaluation.Coverage.Area, 1e-9);
    }

    [TestMethod]
    public void ANetworkThatIsAlwaysEquallySureHasOnePointOfCoverage()
    {
        var evaluation = ScoredRows.Evaluate(new([0, 1, 1], [1, 0, 1, 0, 0, 1], 2));
        Assert.AreEqual(new CnnCoveragePoint(1, 2 / 3.0, 1), evaluation.Coverage.Points.Single());
        Assert.AreEqual(1 / 3.0, evaluation.Coverage.Area, 1e-12);
        Assert.IsNull(evaluation.Coverage.WithAccuracy(0.9));
        Assert.HasCount(1, evaluation.Calibration.EqualMass);
    }

    [TestMethod]
    public void CostsAreThoseOfTheEntriesAndOfTheLeastExpected()
    {
        // Taking any c0 for something else costs 10, but only 4 for c1; all other mistakes cost 1.
        var costs = ScoredRows.Evaluate(s_three, new(("c0", "*", 10), ("c0", "c1", 4))).Costs!;
        Assert.AreEqual((0 + 4 + 0 + 1) / 4.0, costs.MeanCost.Value, 1e-6);
        Assert.AreEqual(new CnnCostlyMistake("c0", "c1", 1, 4), costs.Costliest[0]);
        // Row 1: expected costs 0.7 + 0.1, 0.8 + 0.1 and 2 + 0.7: c0. Row 2: 0.7, 1.2 + 0.1, 3 + 0.6: c0. Row 3: 0.5, 2 + 0.4, 5 + 0.1: c0.
        Assert.AreEqual(2, costs.ChangedImages);
        Assert.AreEqual((0 + 0 + 1 + 1) / 4.0, costs.LeastExpectedCost.Value, 1e-6);
        Assert.IsTrue(costs.MeanCost.Interval.Lower <= costs.MeanCost.Value && costs.MeanCost.Value <= costs.MeanCost.Interval.Upper);
        Assert.Contains("'c9'", Assert.ThrowsExactly<ArgumentException>(() => ScoredRows.Evaluate(s_three, new(("c9", "c0", 2)))).Message);
        Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => new CnnCosts(("c0", "c1", double.NaN)));
        Assert.IsNull(ScoredRows.Evaluate(s_three).Costs);
    }

    [TestMethod]
    public void CostsAreReadFromAFile()
    {
        using var folder = new TemporaryFolder();
        var path = Path.Join(folder.Path, "costs.csv");
        File.WriteAllText(path, "actual,predicted,cost\n\"c0\",*,2.5\n\nc1,c0,0\n");
        Assert.AreEqual((0 + 2.5 + 0 + 1) / 4, ScoredRows.Evaluate(s_three, CnnCosts.Load(path)).Costs!.MeanCost.Value, 1e-6);
        File.WriteAllText(path, "actual,predicted,cost\nc0,c1,2\nc0,c1\n");
        Assert.Contains("line 3", Assert.ThrowsExactly<FormatException>(() => CnnCosts.Load(path)).Message);
        File.WriteAllText(path, "c0,c1,2\n");
        Assert.Contains("first line", Assert.ThrowsExactly<FormatException>(() => CnnCosts.Load(path)).Message);
        File.WriteAllText(path, "actual,predicted,cost\nc8,c1,2\n");
        Assert.Contains("costs.csv", Assert.ThrowsExactly<ArgumentException>(() => ScoredRows.Evaluate(s_three, CnnCosts.Load(path))).Message);
    }

    [TestMethod]
    public void ComparedNetworksMayHaveTheirClassesInAnotherOrderAndMustHaveTheSameImages()
    {
        var mlContext = new MLContext();
        var labels = ExampleScores.Labels(300, 4, seed: 5);
        var scores = ExampleScores.Of(labels, 4, skill: 1, seed: 6);
        var turned = scores with { Probabilities = [.. Enumerable.Range(0, 300).SelectMany(image => scores.Of(image).ToArray().Reverse())] };
        var one = ScoredRows.Evaluate(scores);
        var other = mlContext.MulticlassClassification.EvaluateCnn(ScoredRows.View(mlContext, turned), new() { ClassNames = ["c3", "c2", "c1", "c0"] });
        var comparison = one.CompareWith(other);
        Assert.AreEqual((300, 300, 0, 0), (comparison.Images, comparison.SameAnswers, comparison.OnlyThis.Count, comparison.OnlyOther.Count));
        Assert.AreEqual(0.0, comparison.Difference.Value);
        var strangers = ScoredRows.Evaluate(ExampleScores.Of(ExampleScores.Labels(300, 4, seed: 9), 4, skill: 1, seed: 6));
        Assert.Contains("other images", Assert.ThrowsExactly<ArgumentException>(() => one.CompareWith(strangers)).Message);
    }

    /// <summary>Of pairs of networks that differ by a known share, nearly 95 in 100 must have it in their interval; the seeds are 1 to 300.</summary>
    [TestMethod]
    public void TheIntervalOfADifferenceHoldsTheTruth()
    {
        const int Pairs = 300, Images = 150;
        const double OnlyOne = 0.12, OnlyOther = 0.05;
        var hits = 0;
        for (var seed = 1; seed <= Pairs; seed++)
        {
            var random = new Random(seed);
            var draws = Enumerable.Range(0, Images).Select(_ => random.NextDouble()).ToArray();
            var interval = Evaluation.Statistics.PairedAccuracy.Difference(draws.Count(draw => draw < OnlyOne),
                draws.Count(draw => draw > 1 - OnlyOther), Images).Interval;
            hits += interval.Lower <= OnlyOne - OnlyOther && OnlyOne - OnlyOther <= interval.Upper ? 1 : 0;
        }
        Assert.IsTrue(hits is >= 270 and <= 300, $"{hits} of {Pairs} intervals hold the truth, where 285 are expected.");
    }

    [TestMethod]
    public void WithoutRankingNothingElseChanges()
    {
        var scores = ExampleScores.Of(ExampleScores.Labels(200, 4, seed: 7), 4, skill: 1, seed: 8);
        var (ranked, plain) = (ScoredRows.Evaluate(scores), ScoredRows.Evaluate(scores, ranks: false));
        Assert.IsTrue(plain.Classes.All(one => double.IsNaN(one.AveragePrecision) && double.IsNaN(one.RocArea)));
        Assert.AreEqual(ranked.LogLoss, plain.LogLoss);
        Assert.AreEqual(ranked.Classes[2] with { AveragePrecision = 0, RocArea = 0 }, plain.Classes[2] with { AveragePrecision = 0, RocArea = 0 });
    }
}
