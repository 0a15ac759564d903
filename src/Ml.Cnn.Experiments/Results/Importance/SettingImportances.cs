namespace Ml.Cnn.Experiments.Results.Importance;

/// <summary>The importances of the settings of an experiment's trials.</summary>
internal static class SettingImportances
{
    private const int FewestTrials = 10;

    /// <summary>From the most important; empty where there are fewer than ten trials, or nothing to explain.</summary>
    /// <remarks>
    /// Scores behind the first rung are compared where they are known: there all trials are trained equally long. Which are trained longer is chosen by their
    /// scores, so that later ones would say how the search chose.
    /// </remarks>
    public static IReadOnlyList<CnnSettingImportance> Of(IReadOnlyList<CnnRunDetail> runs, CnnExperimentMetric metric)
    {
        var scored = runs.Select(run => (run.Configuration, Score: Score(run, metric))).Where(run => double.IsFinite(run.Score)).ToArray();
        if (scored.Length < FewestTrials || scored.All(run => run.Score == scored[0].Score))
            return [];
        var space = ConfigurationSpace.Of([.. scored.Select(run => run.Configuration)]);
        if (space.Axes.Count == 0)
            return [];
        return [.. FunctionalAnova.Shares(space, WithoutOutliers([.. scored.Select(run => run.Score)]))
            .Select((one, i) => new CnnSettingImportance(space.Axes[i].Name, one.Share, one.IsMoreThanChance))
            .OrderByDescending(one => one.Importance)];
    }

    // The log loss of a training that went astray is any number, and would be all of the variance: brought to Tukey's lower fence (Tukey 1977, section 2D).
    private static double[] WithoutOutliers(double[] scores)
    {
        var sorted = scores.Order().ToArray();
        var (lower, upper) = (sorted[sorted.Length / 4], sorted[sorted.Length * 3 / 4]);
        var fence = lower - 1.5 * (upper - lower);
        return upper > lower ? [.. scores.Select(score => Math.Max(score, fence))] : scores;
    }

    private static double Score(CnnRunDetail run, CnnExperimentMetric metric) =>
        run.RungScores.Count > 0 ? run.RungScores[0] : run.ValidationMetrics?.ScoreOf(metric) ?? double.NaN;
}
