using Ml.Cnn.Experiments.Tests.Search.Simulation;

namespace Ml.Cnn.Experiments.Tests.Search;

/// <summary>
/// Protects the search's worth: with a quarter of the budget it comes as far as random search with all of it, in the median of twenty seeds, on functions
/// and on 300 recorded trainings of small networks.
/// </summary>
[TestClass]
public sealed class SearchComparisonTests
{
    private const int Seeds = 20;

    private static IEnumerable<string> Problems => [.. FunctionProblem.All.Select(problem => problem.Name), "curves"];

    [TestMethod]
    [DynamicData(nameof(ProblemRows))]
    public void AQuarterOfTheBudgetOfRandomSearchIsEnough(string name)
    {
        SearchProblem problem = name == "curves" ? new CurvesProblem(Path.Combine(AppContext.BaseDirectory, "TestData", "curves.csv"))
            : FunctionProblem.All.Single(function => function.Name == name);
        foreach (var budget in (double[])[100, 160, 300])
        {
            var search = SearchComparison.Results(problem, seed => SearchComparison.Halving(problem, seed), budget, Seeds);
            var random = SearchComparison.Results(problem, seed => SearchComparison.Random(problem, seed), 4 * budget, Seeds);
            Console.WriteLine(FormattableString.Invariant(
                $"{name}, {budget} first rungs: {SearchComparison.Text(search)}; random search with {4 * budget}: {SearchComparison.Text(random)}"));
            Assert.IsGreaterThanOrEqualTo(SearchComparison.Median(random), SearchComparison.Median(search), $"{name}, {budget}");
        }
    }

    private static IEnumerable<object[]> ProblemRows => Problems.Select(name => new object[] { name });
}
