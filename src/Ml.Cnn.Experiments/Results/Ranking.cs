namespace Ml.Cnn.Experiments.Results;

/// <summary>The order of trials by how good they are.</summary>
internal static class Ranking
{
    /// <summary>Those that may be the best, from the best on.</summary>
    public static IReadOnlyList<CnnRunDetail> Of(IEnumerable<CnnRunDetail> runs, CnnExperimentMetric metric) =>
    [
        .. runs.Where(run => MayBeBest(run.Status) && run.ValidationMetrics is { } metrics && double.IsFinite(metrics.ScoreOf(metric)))
            .OrderByDescending(run => run.ValidationMetrics!.ScoreOf(metric)).ThenBy(run => run.ValidationMetrics!.LogLoss).ThenBy(run => run.Trial),
    ];

    private static bool MayBeBest(CnnTrialStatus status) =>
        status is CnnTrialStatus.Running or CnnTrialStatus.Completed or CnnTrialStatus.Paused or CnnTrialStatus.Stopped;
}
