using System.Numerics;
using Ml.Cnn.Experiments.Results.Statistics;
using Ml.Cnn.Experiments.Trials;

namespace Ml.Cnn.Experiments.Tests.Results;

/// <summary>Protects that differences are called real neither where they are chance nor only where they are huge.</summary>
[TestClass]
public sealed class PairedTestTests
{
    [TestMethod]
    [DataRow(0, 0)]
    [DataRow(1, 0)]
    [DataRow(3, 9)]
    [DataRow(7, 7)]
    [DataRow(12, 40)]
    [DataRow(150, 210)]
    public void MidPIsTheBinomialSum(int onlyOne, int onlyOther)
    {
        var (least, all) = (Math.Min(onlyOne, onlyOther), onlyOne + onlyOther);
        // With whole numbers: 2·P(X < least) + P(X = least), and 1 − P(X = least)/2 where both are equal.
        var below = Enumerable.Range(0, least).Aggregate(BigInteger.Zero, (sum, i) => sum + Binomial(all, i));
        var expected = onlyOne == onlyOther ? 1 - Share(Binomial(all, least)) / 2 : Share(2 * below + Binomial(all, least));
        Assert.AreEqual(expected, McNemarTest.MidP(onlyOne, onlyOther), 1e-10);

        double Share(BigInteger number) => Math.Exp(BigInteger.Log(BigInteger.Max(number, 1)) - all * Math.Log(2)) * (number.IsZero ? 0 : 1);

        static BigInteger Binomial(int all, int chosen) =>
            Enumerable.Range(1, chosen).Aggregate(BigInteger.One, (product, i) => product * (all - chosen + i) / i);
    }

    [TestMethod]
    [DataRow(0, 1)]
    [DataRow(1.959963984540054, 0.05)]
    [DataRow(2.5758293035489004, 0.01)]
    [DataRow(2.9, 0.003731627)]
    [DataRow(6, 1.973175e-9)]
    public void TheNormalDistributionsTailsAreThoseOfTables(double deviations, double p) =>
        Assert.AreEqual(p, NormalDistribution.TwoSidedP(-deviations), p * 1e-5);

    [TestMethod]
    public void HolmsCorrectionIsThatOfThePaper()
    {
        // R: p.adjust(c(0.01, 0.04, 0.03, 0.005), "holm")
        var adjusted = HolmCorrection.Adjust([0.01, null, 0.04, 0.03, 0.005]);
        CollectionAssert.AreEqual(new double?[] { 0.03, null, 0.06, 0.06, 0.02 }, adjusted.Select(p => p is { } one ? Math.Round(one, 12) : p).ToArray());
    }

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
            var labels = ExampleTrials.Labels(200 + pair, 5, seed: pair); // the number of images draws what is hard in them
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
        var labels = ExampleTrials.Labels(1000, 5, seed: 1);
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
        var labels = ExampleTrials.Labels(300, 5, seed: 1);
        foreach (var gap in (double[])[0.05, 0.15, 0.25])
        {
            var (one, other) = (ExampleTrials.Scores(labels, 5, 1.2 + gap, 11), ExampleTrials.Scores(labels, 5, 1.2, 12));
            var resamples = new ImageResamples(labels, 5);
            var p = PairedTest.P(TrialEvidence.Of(new(one), resamples), TrialEvidence.Of(new(other), resamples), metric);
            var permuted = Permutation(one, other, metric);
            Assert.IsTrue(Math.Abs(p - permuted) < 0.03 + 0.2 * permuted, $"gap {gap}: bootstrap {p}, permutation {permuted}");
        }
    }

    private static double Permutation(TrialScores one, TrialScores other, CnnExperimentMetric metric)
    {
        const int Times = 400;
        var random = new Random(1);
        var observed = Math.Abs(new ImageOutcomes(one).Metrics().Of(metric) - new ImageOutcomes(other).Metrics().Of(metric));
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
            var difference = new ImageOutcomes(one with { Probabilities = first }).Metrics().Of(metric)
                - new ImageOutcomes(other with { Probabilities = second }).Metrics().Of(metric);
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
            TrialEvidence.Of(new(ExampleTrials.Scores(labels, classes, network.Skill, network.Seed)), resamples);
    }
}
