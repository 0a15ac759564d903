using Ml.Cnn.Experiments.Search;
using Ml.Cnn.Experiments.Tests.Search.Simulation;

namespace Ml.Cnn.Experiments.Tests.Search;

/// <summary>Protects the two searches that others are measured against: they must do what their names say, or the comparison says nothing.</summary>
[TestClass]
public sealed class BaselineSearchTests
{
    private static FunctionProblem Mixed => FunctionProblem.All.Single(problem => problem.Name == "mixed");

    [TestMethod]
    [DataRow(1)]
    [DataRow(3)]
    public void RandomSearchTrainsEveryTrialToTheEnd(int parallelism)
    {
        var experiment = new SimulatedExperiment(Mixed, seed: 1, budget: 410, parallelism).Run(SearchComparison.Random(Mixed, seed: 1));
        CollectionAssert.AreEqual(new[] { 10, 10, 10, 10 }, experiment.TrialsAt.ToArray());
        Assert.AreEqual(400, experiment.Spent);
        Assert.AreEqual(10, Enumerable.Range(1, 10).Select(t => experiment.Point(t)[1]).Distinct().Count());
    }

    /// <summary>Protects the comparison: a point that is too dear for what is left does not end the search while others are not.</summary>
    [TestMethod]
    public void RandomSearchTakesPointsThatCanBePaid()
    {
        for (var seed = 1; seed <= 20; seed++)
        {
            var decision = SearchComparison.Random(Mixed, seed).Next(new()
            {
                Trials = [],
                Remaining = 50,
                MayStart = true,
                CostOfStart = point => point[1] < 0.2 ? 1 : 2, // 40 or 80 to the last rung
                CostOfPromotion = _ => throw new InvalidOperationException(),
            });
            Assert.IsLessThan(0.2, ((SearchDecision.Start)decision).Point[1]);
        }
    }

    [TestMethod]
    public void RandomSearchEndsWithTheNumberOfTrials()
    {
        var experiment = new SimulatedExperiment(Mixed, seed: 1, mostTrials: 5).Run(SearchComparison.Random(Mixed, seed: 1));
        CollectionAssert.AreEqual(new[] { 5, 5, 5, 5 }, experiment.TrialsAt.ToArray());
    }

    [TestMethod]
    [DataRow(1)]
    [DataRow(3)]
    public void EqualSharesBringsAllUpRungByRung(int parallelism)
    {
        var experiment = new SimulatedExperiment(Mixed, seed: 1, budget: 4 + 12 + 2 * 9, parallelism)
            .Run(new EqualShares(Mixed.Space, Mixed.Rungs, Mixed.FirstPoints));
        CollectionAssert.AreEqual(new[] { 4, 4, 2, 0 }, experiment.TrialsAt.ToArray());
        CollectionAssert.AreEqual(new[] { 1, 2, 3, 4, 1, 2 }, experiment.Decisions.OfType<SearchDecision.Promote>().Select(d => d.Trial).ToArray());
    }
}
