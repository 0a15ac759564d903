using Ml.Cnn.Evaluation.Scores;
using Ml.Cnn.Experiments.Results;
using Ml.Cnn.Experiments.Results.Ensembles;

namespace Ml.Cnn.Experiments.Tests.Results;

/// <summary>Protects that an ensemble is suggested where it gains on images that it was not chosen on, and that its gain is what it says.</summary>
[TestClass]
public sealed class EnsembleAdviceTests
{
    private const int Classes = 8;

    [TestMethod]
    [DataRow(CnnExperimentMetric.Accuracy)]
    [DataRow(CnnExperimentMetric.LogLoss)]
    [DataRow(CnnExperimentMetric.MacroF1)]
    public void NetworksThatErrElsewhereGainTogether(CnnExperimentMetric metric)
    {
        var runs = Runs(ExampleScores.Labels(600, Classes, seed: 1), [1.6, 1.6, 1.55, 1.5], firstSeed: 10);
        var suggestion = EnsembleAdvice.Of(Ranking.Of(runs, metric), metric)!;
        Assert.IsTrue(suggestion.Members.Count >= 2);
        Assert.AreEqual(1, suggestion.Members.Sum(member => member.Weight), 1e-12);
        Assert.IsTrue(suggestion.ExpectedGain > 0 && suggestion.IsMoreThanChance, $"{suggestion.ExpectedGain}, p {suggestion.PValue}");
        Assert.AreEqual(suggestion.Members.Count * 5, suggestion.LatencyMilliseconds);
        // Of the same networks on other images, which had no part in anything, the gain must be alike.
        var others = Runs(ExampleScores.Labels(6000, Classes, seed: 2), [1.6, 1.6, 1.55, 1.5], firstSeed: 10);
        var fresh = Gain(others, suggestion, metric);
        Assert.IsTrue(fresh > 0 && Math.Abs(fresh - suggestion.ExpectedGain) < 0.6 * fresh, $"expected {suggestion.ExpectedGain}, fresh {fresh}");
    }

    [TestMethod]
    public void TheSameNetworkTwiceGainsNothing()
    {
        var scores = ExampleScores.Of(ExampleScores.Labels(400, Classes, seed: 1), Classes, skill: 1.5, seed: 3);
        Assert.IsNull(EnsembleAdvice.Of([ExampleTrials.Run(1, scores), ExampleTrials.Run(2, scores)], CnnExperimentMetric.Accuracy));
    }

    [TestMethod]
    public void ANetworkThatKnowsNothingIsNotTaken()
    {
        var labels = ExampleScores.Labels(600, Classes, seed: 1);
        var runs = Runs(labels, [2.5, 0.0, 0.0], firstSeed: 20);
        if (EnsembleAdvice.Of(Ranking.Of(runs, CnnExperimentMetric.LogLoss), CnnExperimentMetric.LogLoss) is { } suggestion)
            Assert.IsFalse(suggestion.IsMoreThanChance, $"p {suggestion.PValue}");
    }

    /// <summary>One network is sure where the other is not: the greedy choice is what trying every weight would choose.</summary>
    [TestMethod]
    public void TheChoiceIsAboutTheBestOfAllWeights()
    {
        var labels = ExampleScores.Labels(500, Classes, seed: 4);
        ImageScores[] candidates = [ExampleScores.Of(labels, Classes, 1.8, 1), ExampleScores.Of(labels, Classes, 1.4, 2)];
        int[] all = [.. Enumerable.Range(0, labels.Length)];
        var times = EnsembleSelection.Select(candidates, all, CnnExperimentMetric.LogLoss);
        var best = Enumerable.Range(0, 101).Min(percent => LogLoss([percent, 100 - percent]));
        Assert.IsTrue(LogLoss(times) < best + 5e-4, $"{LogLoss(times)} by {string.Join(':', times)}, the best is {best}");

        double LogLoss(int[] weights)
        {
            var probabilities = new float[labels.Length * Classes];
            EnsembleSelection.Average(candidates, weights, all, probabilities);
            return CnnTrialMetrics.Of(new(new ImageScores(labels, probabilities, Classes))).LogLoss;
        }
    }

    private static CnnRunDetail[] Runs(int[] labels, double[] skills, int firstSeed) =>
        [.. skills.Select((skill, i) => ExampleTrials.Run(i + 1, ExampleScores.Of(labels, Classes, skill, firstSeed + i)))];

    private static double Gain(CnnRunDetail[] runs, CnnEnsembleSuggestion suggestion, CnnExperimentMetric metric)
    {
        ImageScores[] scores = [.. runs.Select(run => run.Scores()!)];
        var times = new int[scores.Length];
        foreach (var member in suggestion.Members)
            times[member.Trial - 1] = (int)Math.Round(member.Weight * 2520); // divisible by every number up to ten
        var probabilities = new float[scores[0].Probabilities.Length];
        EnsembleSelection.Average(scores, times, [.. Enumerable.Range(0, scores[0].Labels.Length)], probabilities);
        return CnnTrialMetrics.Of(new(scores[0] with { Probabilities = probabilities })).ScoreOf(metric)
            - runs.Max(run => run.ValidationMetrics!.ScoreOf(metric));
    }
}
