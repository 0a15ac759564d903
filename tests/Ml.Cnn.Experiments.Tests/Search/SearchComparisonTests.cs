using Ml.Cnn.Experiments.Tests.Search.Simulation;

namespace Ml.Cnn.Experiments.Tests.Search;

/// <summary>
/// Protects the search's worth: with a quarter of the budget it comes as far as random search with all of it, in the median of twenty seeds, on functions
/// and on recorded trainings of small networks.
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
    /// Of 13 epochs a random training takes as much as 13 first rungs. The budgets between and below are told, not asserted: with 60 the search came to 0.316
    /// where random search had 0.322 with 240, with 160 to 0.326 where it had 0.327 with 640, and an image of the 500 is 0.002.
    /// </summary>
    [TestMethod]
    public void AQuarterOfTheBudgetOfRandomSearchIsEnoughOnRecordedTrainings()
    {
        var curves = new CurvesProblem(Path.Combine(AppContext.BaseDirectory, "TestData", "curves.csv"));
        Console.WriteLine($"{curves.MostTrials} recorded trainings.");
        foreach (var budget in (double[])[60, 160])
            Medians(curves, budget, times: 4, parallelism: 1);
        foreach (var budget in (double[])[100, 300])
            AssertReachesRandomSearch(curves, budget, times: 4);
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
