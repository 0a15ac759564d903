using Ml.Cnn.Evaluation.Scores;
using Ml.Cnn.Evaluation.Statistics;

namespace Ml.Cnn.Evaluation.Tests.Statistics;

/// <summary>Protects that confidence intervals are the published ones, and draws those of the images.</summary>
[TestClass]
public sealed class IntervalTests
{
    [TestMethod]
    [DataRow(8, 10, 0.490162, 0.943318)]   // statsmodels.stats.proportion.proportion_confint(8, 10, method="wilson")
    [DataRow(0, 10, 0.0, 0.277533)]
    [DataRow(81, 263, 0.255289, 0.366209)] // Newcombe 1998, "Two-sided confidence intervals for the single proportion", table I
    public void WilsonsIntervalIsThePublishedOne(int right, int count, double lower, double upper)
    {
        var interval = WilsonInterval.Of((double)right / count, count);
        Assert.AreEqual(lower, interval.Lower, 1e-5);
        Assert.AreEqual(upper, interval.Upper, 1e-5);
    }

    [TestMethod]
    public void ADrawIsTheMetricsOfTheImagesDrawn()
    {
        const int Classes = 6;
        var labels = ExampleScores.Labels(80, Classes, seed: 5);
        var scores = ExampleScores.Of(labels, Classes, skill: 1, seed: 6);
        var resamples = new ImageResamples(labels, Classes);
        var draws = MetricDraws.Of(new ImageOutcomes(scores), resamples);
        for (var draw = 0; draw < 20; draw++)
        {
            var counts = resamples.Counts(draw).ToArray();
            int[] drawn = [.. Enumerable.Range(0, labels.Length).SelectMany(image => Enumerable.Repeat(image, counts[image]))];
            Assert.HasCount(labels.Length, drawn);
            var expected = new ImageOutcomes(new ImageScores([.. drawn.Select(image => labels[image])],
                [.. drawn.SelectMany(image => scores.Of(image).ToArray())], Classes));
            Assert.AreEqual(ClassCounts.Of(expected).MacroAccuracy(), draws.MacroAccuracy[draw], 1e-12);
            Assert.AreEqual(ClassCounts.Of(expected).MacroF1(), draws.MacroF1[draw], 1e-12);
            Assert.AreEqual(expected.LogLoss(), draws.LogLoss[draw], 1e-12);
        }
    }
}
