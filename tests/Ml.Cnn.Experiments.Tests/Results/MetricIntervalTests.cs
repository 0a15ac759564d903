using Ml.Cnn.Experiments.Results.Statistics;

namespace Ml.Cnn.Experiments.Tests.Results;

/// <summary>Protects that confidence intervals are the published ones, and hold what they promise.</summary>
[TestClass]
public sealed class MetricIntervalTests
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
        var labels = ExampleTrials.Labels(80, Classes, seed: 5);
        var scores = ExampleTrials.Scores(labels, Classes, skill: 1, seed: 6);
        var resamples = new ImageResamples(labels, Classes);
        var draws = MetricDraws.Of(new ImageOutcomes(scores), resamples);
        for (var draw = 0; draw < 20; draw++)
        {
            var counts = resamples.Counts(draw).ToArray();
            int[] drawn = [.. Enumerable.Range(0, labels.Length).SelectMany(image => Enumerable.Repeat(image, counts[image]))];
            Assert.HasCount(labels.Length, drawn);
            var expected = new ImageOutcomes(new([.. drawn.Select(image => labels[image])],
                [.. drawn.SelectMany(image => scores.Of(image).ToArray())], Classes)).Metrics();
            Assert.AreEqual(expected.MacroAccuracy, draws.MacroAccuracy[draw], 1e-12);
            Assert.AreEqual(expected.MacroF1, draws.MacroF1[draw], 1e-12);
            Assert.AreEqual(expected.LogLoss, draws.LogLoss[draw], 1e-12);
        }
    }

    /// <summary>Of experiments with other images, nearly 95 in 100 must have the truth in their interval: here 200 of them, within four deviations.</summary>
    [TestMethod]
    public void NinetyFiveOfAHundredIntervalsHoldTheTruth()
    {
        const int Classes = 4, Images = 150, Experiments = 200;
        var truth = new ImageOutcomes(Drawn(60_000, seed: 1)).Metrics();
        var metrics = Enum.GetValues<CnnExperimentMetric>().Where(metric => metric != CnnExperimentMetric.Top5Accuracy).ToArray();
        var hits = metrics.ToDictionary(metric => metric, _ => 0);
        for (var experiment = 0; experiment < Experiments; experiment++)
        {
            var outcomes = new ImageOutcomes(Drawn(Images, seed: 100 + experiment));
            var intervals = TrialEvidence.Of(outcomes, new ImageResamples(outcomes.Labels, Classes)).Intervals();
            foreach (var metric in metrics)
                if (intervals.Of(metric) is { } interval && interval.Lower <= truth.Of(metric) && truth.Of(metric) <= interval.Upper)
                    hits[metric]++;
        }
        foreach (var (metric, count) in hits)
            Assert.IsTrue(count is > 177 and <= 200, $"{metric}: {count} of {Experiments} intervals hold the truth, where 190 are expected.");

        static Trials.TrialScores Drawn(int images, int seed)
        {
            var random = new Random(seed);
            int[] labels = [.. Enumerable.Range(0, images).Select(_ => random.Next(Classes))];
            var probabilities = new float[images * Classes];
            for (var image = 0; image < images; image++)
            {
                var row = probabilities.AsSpan(image * Classes, Classes);
                for (var i = 0; i < Classes; i++)
                    row[i] = (float)ExampleTrials.Normal(random) + (i == labels[image] ? 1.5f : 0);
                System.Numerics.Tensors.TensorPrimitives.SoftMax(row, row);
            }
            return new(labels, probabilities, Classes);
        }
    }
}
