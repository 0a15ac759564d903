using Ml.Cnn.Experiments.Search;
using Ml.Cnn.Experiments.Tests.Search.Simulation;

namespace Ml.Cnn.Benchmarks;

/// <summary>The search of experiments beside random search and equal shares, on functions and on recorded learning curves.</summary>
internal static class SearchBenchmark
{
    /// <param name="curves">The table of recorded trainings.</param>
    /// <param name="budgets">Of the search, in first rungs.</param>
    /// <param name="seeds">How many.</param>
    /// <param name="change">Changes the search's settings.</param>
    public static int Run(string curves, IReadOnlyList<double> budgets, int seeds, Func<SuccessiveHalvingSettings, SuccessiveHalvingSettings> change)
    {
        Console.WriteLine("problem     budget  search                         random, four times the budget  random, the same budget         equal shares"
            + "  trials at each rung");
        SearchProblem[] recorded = File.Exists(curves) ? [new CurvesProblem(curves)] : [];
        foreach (var problem in (SearchProblem[])[.. FunctionProblem.All, FunctionProblem.Noisy, .. recorded])
        {
            foreach (var budget in budgets)
            {
                SearchStrategy Search(int seed) => new SuccessiveHalvingSearch(change(SearchComparison.SettingsOf(problem, seed)));
                SearchStrategy Random(int seed) => SearchComparison.Random(problem, seed);
                SearchStrategy Equal(int seed) => new EqualShares(problem.Space, problem.Rungs, problem.FirstPoints);

                var one = new SimulatedExperiment(problem, 1, budget).Run(Search(1));
                Console.WriteLine(FormattableString.Invariant($"{problem.Name,-11} {budget,6} ")
                    + string.Join("  ", SearchComparison.Text(SearchComparison.Results(problem, Search, budget, seeds)).PadRight(29),
                        SearchComparison.Text(SearchComparison.Results(problem, Random, 4 * budget, seeds)).PadRight(29),
                        SearchComparison.Text(SearchComparison.Results(problem, Random, budget, seeds)).PadRight(29),
                        SearchComparison.Text(SearchComparison.Results(problem, Equal, budget, Math.Min(seeds, 3)))[..6].PadRight(12),
                        string.Join('/', one.TrialsAt) + FormattableString.Invariant($", {one.Spent} spent")));
            }
        }
        return 0;
    }
}
