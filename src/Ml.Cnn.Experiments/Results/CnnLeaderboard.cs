using Ml.Cnn.Experiments.Results;
using Ml.Cnn.Experiments.Results.Writing;
using Ml.Cnn.Trainers.IO;

namespace Ml.Cnn.Experiments;

/// <summary>The trials of an experiment from the best on, and whether they really differ. As a table, CSV, JSON and Markdown.</summary>
public sealed class CnnLeaderboard
{
    /// <summary>Differences whose p-value is at least so large are called no more than chance.</summary>
    internal const double ChanceLevel = 0.05;

    private CnnLeaderboard(CnnExperimentMetric metric, IReadOnlyList<CnnLeaderboardRow> rows) => (Metric, Rows) = (metric, rows);

    /// <summary>What trials are ranked by. Of equally good ones the one with the lower log loss goes first, then the earlier one.</summary>
    public CnnExperimentMetric Metric { get; }

    /// <summary>All trials: those with a rank from the best on, then the others by number.</summary>
    public IReadOnlyList<CnnLeaderboardRow> Rows { get; }

    /// <summary>The first row; null where no trial has a rank.</summary>
    public CnnLeaderboardRow? Best => Rows.Count > 0 && Rows[0].Rank is not null ? Rows[0] : null;

    /// <param name="runs">All trials.</param>
    /// <param name="metric">What they are ranked by.</param>
    /// <param name="readsScores">
    /// Whether the networks' scores are read for tests and all intervals, which takes milliseconds for a trial and thousands of images. Without, there are
    /// the intervals of accuracies alone: for a leaderboard that is drawn again and again.
    /// </param>
    internal static CnnLeaderboard Of(IReadOnlyList<CnnRunDetail> runs, CnnExperimentMetric metric, bool readsScores = true)
    {
        var ranked = Ranking.Of(runs, metric);
        var rest = runs.Except(ranked).OrderBy(run => run.Trial).ToArray();
        var comparison = readsScores ? TrialComparison.Of(ranked, rest, metric) : TrialComparison.WithoutScores;
        double[] scores = [.. ranked.Select(run => run.ValidationMetrics!.ScoreOf(metric))];
        var fast = Results.Statistics.ParetoFront.Of(scores, [.. ranked.Select(run => run.CostOf(CnnTrialCost.Latency))]).ToHashSet();
        var small = Results.Statistics.ParetoFront.Of(scores, [.. ranked.Select(run => run.CostOf(CnnTrialCost.ModelBytes))]).ToHashSet();
        return new(metric,
        [
            .. ranked.Select((run, place) => new CnnLeaderboardRow
            {
                Rank = place + 1,
                Run = run,
                Intervals = comparison.Intervals(run),
                PValue = comparison.PValue(run),
                IsOnLatencyFront = fast.Contains(place),
                IsOnSizeFront = small.Contains(place),
            }),
            .. rest.Select(run => new CnnLeaderboardRow { Rank = null, Run = run, Intervals = comparison.Intervals(run) }),
        ]);
    }

    /// <summary>The Pareto front: those of the ranked trials of which no cheaper one is as good. From the cheapest to the best.</summary>
    /// <param name="cost">What is to be low. Trials for which it is not known are left out.</param>
    public IReadOnlyList<CnnLeaderboardRow> ParetoFront(CnnTrialCost cost)
    {
        CnnLeaderboardRow[] ranked = [.. Rows.Where(row => row.Rank is not null)];
        return [.. Results.Statistics.ParetoFront.Of([.. ranked.Select(row => row.Run.ValidationMetrics!.ScoreOf(Metric))],
            [.. ranked.Select(row => row.Run.CostOf(cost))]).Select(place => ranked[place])];
    }

    /// <summary>A table in plain text, with columns of equal width.</summary>
    /// <param name="rows">At most so many of the first rows. Default: all.</param>
    public string ToText(int rows = int.MaxValue) => LeaderboardText.Write(this, rows);

    /// <summary>Comma-separated values with a header, escaped as RFC 4180 has it; every metric with its interval, every cost, every setting.</summary>
    public string ToCsv() => LeaderboardCsv.Write(this);

    /// <summary>
    /// <c>{best:{arch,…}, runs:[{arch, status, accuracy, logLoss, parameters, multiplyAdds, trainSeconds, latencyMilliseconds, settings, …}]}</c>, with
    /// every metric, interval and cost. What is not known is null.
    /// </summary>
    /// <param name="indented">Whether it is spread over lines. Default: yes.</param>
    public string ToJson(bool indented = true) => LeaderboardJson.Write(this, indented);

    /// <summary>A table in Markdown.</summary>
    /// <param name="rows">At most so many of the first rows. Default: all.</param>
    public string ToMarkdown(int rows = int.MaxValue) => LeaderboardMarkdown.Write(this, rows);

    /// <summary>Writes leaderboard.csv, leaderboard.json and leaderboard.md into a folder. Readers find each as it was or whole.</summary>
    /// <exception cref="IOException">A file cannot be written.</exception>
    public void Save(string folder)
    {
        ArgumentException.ThrowIfNullOrEmpty(folder);
        AtomicFile.WriteText(Path.Join(folder, "leaderboard.csv"), ToCsv());
        AtomicFile.WriteText(Path.Join(folder, "leaderboard.json"), ToJson());
        AtomicFile.WriteText(Path.Join(folder, "leaderboard.md"), ToMarkdown());
    }
}
