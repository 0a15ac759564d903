using Ml.Cnn.Experiments.Results.Statistics;

namespace Ml.Cnn.Experiments.Tests.Results;

/// <summary>Protects that the front holds what is worth its cost, and nothing else.</summary>
[TestClass]
public sealed class ParetoFrontTests
{
    [TestMethod]
    public void WhatIsNeitherBetterNorCheaperIsNotOnIt()
    {
        double[] scores = [0.9, 0.8, 0.85, 0.9, 0.7, 0.95, double.NaN];
        double?[] costs = [5, 2, 3, 6, 2, null, 1];
        CollectionAssert.AreEqual(new[] { 1, 2, 0 }, ParetoFront.Of(scores, costs).ToArray());
    }

    [TestMethod]
    public void OfEqualsOneIsOnIt() => CollectionAssert.AreEqual(new[] { 0 }, ParetoFront.Of([0.9, 0.9], [5, 5]).ToArray());

    /// <summary>Against the definition itself, on random points; the seed is 1.</summary>
    [TestMethod]
    public void ItIsWhatNothingDominates()
    {
        var random = new Random(1);
        double[] scores = [.. Enumerable.Range(0, 200).Select(_ => Math.Round(random.NextDouble(), 2))];
        double?[] costs = [.. Enumerable.Range(0, 200).Select(_ => (double?)Math.Round(random.NextDouble(), 2))];
        var front = ParetoFront.Of(scores, costs);
        var places = Enumerable.Range(0, 200).ToArray();
        foreach (var i in places)
        {
            var isDominated = places.Any(j => scores[j] >= scores[i] && costs[j] <= costs[i] && (scores[j] > scores[i] || costs[j] < costs[i]));
            if (front.Contains(i))
                Assert.IsFalse(isDominated, $"{i} is on the front and dominated");
            else
                Assert.IsTrue(isDominated || front.Any(j => scores[j] == scores[i] && costs[j] == costs[i]), $"{i} is missing from the front");
        }
    }
}
