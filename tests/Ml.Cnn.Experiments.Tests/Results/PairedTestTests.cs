using Ml.Cnn.Evaluation.Scores;
using Ml.Cnn.Evaluation.Statistics;
using Ml.Cnn.Experiments.Results.Statistics;

namespace Ml.Cnn.Experiments.Tests.Results;

/// <summary>Protects that differences are called real neither where they are chance nor only where they are huge.</summary>
[TestClass]
public sealed class PairedTestTests
{
    /// <summary>Two networks equally good in truth: no metric may call more than about 5 % of such pairs different.</summary>
    [TestMethod]
    [DataRow(CnnExperimentMetric.Accuracy)]
    [DataRow(CnnExperimentMetric.MacroAccuracy)]
    [DataRow(CnnExperimentMetric.LogLoss)]
    [DataRow(CnnExperimentMetric.MacroF1)]
    public void EquallyGoodNetworksAreSeldomCalledDifferent(CnnExperimentMetric metric)
    {
        const int Pairs = 200;
        var different = 0;
        for (var pair = 0; pair < Pairs; pair++)
        {
            var labels = ExampleScores.Labels(200 + pair, 5, seed: pair); // the number of images draws what is hard in them
            if (P(labels, 5, (1.2, 1000 + pair), (1.2, 5000 + pair), metric) < 0.05)
                different++;
        }
        Assert.IsTrue(different <= 22, $"{different} of {Pairs} pairs were called different, where 10 are expected.");
    }

    [TestMethod]
    [DataRow(CnnExperimentMetric.Accuracy)]
    [DataRow(CnnExperimentMetric.MacroAccuracy)]
    [DataRow(CnnExperimentMetric.LogLoss)]
    [DataRow(CnnExperimentMetric.MacroF1)]
    public void ADifferenceThatIsThereIsFound(CnnExperimentMetric metric)
    {
        var labels = ExampleScores.Labels(1000, 5, seed: 1);
        var p = P(labels, 5, (1.7, 1), (1.2, 2), metric);
        Assert.IsTrue(p < 1e-3, $"p = {p}");
    }

    /// <summary>What the bootstrap says must agree with a permutation test, which supposes nothing but that the two networks can be exchanged.</summary>
    [TestMethod]
    [DataRow(CnnExperimentMetric.MacroAccuracy)]
    [DataRow(CnnExperimentMetric.LogLoss)]
    [DataRow(CnnExperimentMetric.MacroF1)]
    public void TheBootstrapAgreesWithAPermutationTest(CnnExperimentMetric metric)
    {
        var labels = ExampleScores.Labels(300, 5, seed: 1);
        foreach (var gap in (double[])[0.05, 0.15, 0.25])
        {
            var (one, other) = (ExampleScores.Of(labels, 5, 1.2 + gap, 11), ExampleScores.Of(labels, 5, 1.2, 12));
            var resamples = new ImageResamples(labels, 5);
            var p = PairedTest.P(TrialEvidence.Of(new(one), resamples), TrialEvidence.Of(new(other), resamples), metric);
            var permuted = Permutation(one, other, metric);
            Assert.IsTrue(Math.Abs(p - permuted) < 0.03 + 0.2 * permuted, $"gap {gap}: bootstrap {p}, permutation {permuted}");
        }
    }

    private static double Permutation(ImageScores one, ImageScores other, CnnExperimentMetric metric)
    {
        const int Times = 400;
        var random = new Random(1);
        var observed = Math.Abs(CnnTrialMetrics.Of(new(one)).Of(metric) - CnnTrialMetrics.Of(new(other)).Of(metric));
        var extreme = 0;
        for (var time = 0; time < Times; time++)
        {
            var (first, second) = (one.Probabilities.ToArray(), other.Probabilities.ToArray());
            for (var image = 0; image < one.Labels.Length; image++)
            {
                if (random.Next(2) == 0)
                    continue;
                other.Of(image).CopyTo(first.AsSpan(image * one.Classes));
                one.Of(image).CopyTo(second.AsSpan(image * one.Classes));
            }
            var difference = CnnTrialMetrics.Of(new(one with { Probabilities = first })).Of(metric)
                - CnnTrialMetrics.Of(new(other with { Probabilities = second })).Of(metric);
            if (Math.Abs(difference) >= observed - 1e-12)
                extreme++;
        }
        return (extreme + 1.0) / (Times + 1);
    }

    private static double P(int[] labels, int classes, (double Skill, int Seed) one, (double Skill, int Seed) other, CnnExperimentMetric metric)
    {
        var resamples = new ImageResamples(labels, classes);
        return PairedTest.P(Evidence(one), Evidence(other), metric);

        TrialEvidence Evidence((double Skill, int Seed) network) =>
            TrialEvidence.Of(new(ExampleScores.Of(labels, classes, network.Skill, network.Seed)), resamples);
    }
}
