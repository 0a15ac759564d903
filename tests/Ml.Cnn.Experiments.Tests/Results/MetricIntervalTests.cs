using Ml.Cnn.Evaluation.Scores;
using Ml.Cnn.Evaluation.Statistics;
using Ml.Cnn.Experiments.Results.Statistics;

namespace Ml.Cnn.Experiments.Tests.Results;

/// <summary>Protects that confidence intervals hold what they promise.</summary>
[TestClass]
public sealed class MetricIntervalTests
{
    /// <summary>Of experiments with other images, nearly 95 in 100 must have the truth in their interval: here 200 of them, within four deviations.</summary>
    [TestMethod]
    public void NinetyFiveOfAHundredIntervalsHoldTheTruth()
    {
        const int Classes = 4, Images = 150, Experiments = 200;
        var truth = CnnTrialMetrics.Of(new(Drawn(60_000, seed: 1)));
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

        static ImageScores Drawn(int images, int seed)
        {
            var random = new Random(seed);
            int[] labels = [.. Enumerable.Range(0, images).Select(_ => random.Next(Classes))];
            var probabilities = new float[images * Classes];
            for (var image = 0; image < images; image++)
            {
                var row = probabilities.AsSpan(image * Classes, Classes);
                for (var i = 0; i < Classes; i++)
                    row[i] = (float)ExampleScores.Normal(random) + (i == labels[image] ? 1.5f : 0);
                System.Numerics.Tensors.TensorPrimitives.SoftMax(row, row);
            }
            return new(labels, probabilities, Classes);
        }
    }
}
