using Ml.Cnn.Experiments.Tests.Search.Simulation;

namespace Ml.Cnn.Experiments.Tests.Search;

/// <summary>
/// Protects the search's worth: in the median of twenty seeds it comes as far as random search with a quarter of its budget on functions, and with half of it
/// on recorded trainings of small networks and where scores are noisy.
/// </summary>
[TestClass]
public sealed class SearchComparisonTests
{
    private const int Seeds = 20;

    [TestMethod]
    [DynamicData(nameof(FunctionNames))]
    public void AQuarterOfTheBudgetOfRandomSearchIsEnoughOnFunctions(string name)
    {
        foreach (var budget in (double[])[100, 160, 300])
            AssertReachesRandomSearch(FunctionProblem.All.Single(problem => problem.Name == name), budget, times: 4);
    }

    /// <summary>
    /// Half of the budget is asserted. With a quarter, which is told too, the search comes up to random search with 100 first rungs (0.326) and stays a little
    /// behind with 60 (0.322 of 0.324), 160 (0.326 of 0.327) and 300 (0.329 of 0.332); an image of the 500 is 0.002.
    /// </summary>
    [TestMethod]
    public void HalfOfTheBudgetOfRandomSearchIsEnoughOnRecordedTrainings()
    {
        var curves = new CurvesProblem(Path.Combine(AppContext.BaseDirectory, "TestData", "curves.csv"));
        Assert.AreEqual(300, curves.MostTrials);
        foreach (var budget in (double[])[60, 100, 160, 300])
        {
            Medians(curves, budget, times: 4, parallelism: 1);
            AssertReachesRandomSearch(curves, budget, times: 2);
        }
    }

    /// <summary>Where scores of lower rungs are noise for the most part, half of the budget is still enough.</summary>
    [TestMethod]
    public void HalfOfTheBudgetIsEnoughWhereLowerRungsAreNoise()
    {
        foreach (var budget in (double[])[100, 160, 300])
            AssertReachesRandomSearch(FunctionProblem.Noisy, budget, times: 2);
    }

    [TestMethod]
    public void WorkersThatDoNotSeeEachOthersResultsCostLittle()
    {
        foreach (var problem in FunctionProblem.All)
            AssertReachesRandomSearch(problem, budget: 160, times: 4, parallelism: 4);
    }

    private static void AssertReachesRandomSearch(SearchProblem problem, double budget, int times, int parallelism = 1)
    {
        var (search, random) = Medians(problem, budget, times, parallelism);
        Assert.IsGreaterThanOrEqualTo(random, search, $"{problem.Name}, {budget}");
    }

    private static (double Search, double Random) Medians(SearchProblem problem, double budget, int times, int parallelism)
    {
        var search = SearchComparison.Results(problem, seed => SearchComparison.Halving(problem, seed), budget, Seeds, parallelism);
        var random = SearchComparison.Results(problem, seed => SearchComparison.Random(problem, seed), times * budget, Seeds, parallelism);
        Console.WriteLine(FormattableString.Invariant($"{problem.Name}, {budget} first rungs, {parallelism} at a time: {SearchComparison.Text(search)}; ")
            + FormattableString.Invariant($"random search with {times * budget}: {SearchComparison.Text(random)}"));
        return (SearchComparison.Median(search), SearchComparison.Median(random));
    }

    private static IEnumerable<object[]> FunctionNames => FunctionProblem.All.Select(problem => new object[] { problem.Name });
}
