namespace Ml.Cnn.Experiments.Results;

/// <summary>The order of trials by how good they are.</summary>
internal static class Ranking
{
    /// <summary>Those that may be the best, from the best on.</summary>
    public static IReadOnlyList<CnnRunDetail> Of(IEnumerable<CnnRunDetail> runs, CnnExperimentMetric metric) =>
        Of(runs, metric, run => run.Status, run => run.ValidationMetrics, run => run.Trial);

    /// <summary>The same of trials in another form.</summary>
    public static IReadOnlyList<T> Of<T>(IEnumerable<T> trials, CnnExperimentMetric metric, Func<T, CnnTrialStatus> status,
        Func<T, CnnTrialMetrics?> metrics, Func<T, int> number) =>
    [
        .. trials.Where(trial => MayBeBest(status(trial)) && metrics(trial) is { } measured && double.IsFinite(measured.ScoreOf(metric)))
            .OrderByDescending(trial => metrics(trial)!.ScoreOf(metric)).ThenBy(trial => metrics(trial)!.LogLoss).ThenBy(number),
    ];

    private static bool MayBeBest(CnnTrialStatus status) =>
        status is CnnTrialStatus.Running or CnnTrialStatus.Completed or CnnTrialStatus.Paused or CnnTrialStatus.Stopped;
}
