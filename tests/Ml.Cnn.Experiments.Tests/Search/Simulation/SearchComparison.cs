using Ml.Cnn.Experiments.Search;

namespace Ml.Cnn.Experiments.Tests.Search.Simulation;

/// <summary>Searches on one problem, with many seeds.</summary>
internal static class SearchComparison
{
    /// <summary>What each seed's experiment came to, from the worst to the best.</summary>
    public static double[] Results(SearchProblem problem, Func<int, SearchStrategy> search, double budget, int seeds, int parallelism = 1) =>
        [.. Enumerable.Range(1, seeds).Select(seed => new SimulatedExperiment(problem, seed, budget, parallelism).Run(search(seed)).Result).Order()];

    public static SearchStrategy Halving(SearchProblem problem, int seed) => new SuccessiveHalvingSearch(SettingsOf(problem, seed));

    public static SuccessiveHalvingSettings SettingsOf(SearchProblem problem, int seed) => new()
    {
        Space = problem.Space,
        Rungs = problem.Rungs,
        Seed = seed,
        FirstPoints = problem.FirstPoints,
    };

    public static SearchStrategy Random(SearchProblem problem, int seed) => new RandomSearch(problem.Space, problem.Rungs, seed);

    public static double Median(IReadOnlyList<double> sorted) => (sorted[(sorted.Count - 1) / 2] + sorted[sorted.Count / 2]) / 2;

    /// <summary>"0.42 (0.40 to 0.43)": the median and the middle half.</summary>
    public static string Text(IReadOnlyList<double> sorted) =>
        FormattableString.Invariant($"{Median(sorted):0.0000} ({sorted[sorted.Count / 4]:0.0000} to {sorted[sorted.Count * 3 / 4]:0.0000})");
}
