using System.Globalization;

namespace Ml.Cnn.Experiments.Results.Writing;

/// <summary>A column of a leaderboard that people read.</summary>
/// <param name="Heading">Its heading.</param>
/// <param name="IsNumber">Whether it stands to the right.</param>
/// <param name="Text">What a row has in it.</param>
internal sealed record LeaderboardColumn(string Heading, bool IsNumber, Func<CnnLeaderboardRow, string> Text)
{
    /// <summary>Those of the text and of Markdown.</summary>
    public static IReadOnlyList<LeaderboardColumn> For(CnnLeaderboard leaderboard)
    {
        var metric = leaderboard.Metric;
        var second = metric == CnnExperimentMetric.LogLoss ? CnnExperimentMetric.Accuracy : CnnExperimentMetric.LogLoss;
        return
        [
            new("#", true, row => row.Rank?.ToString(CultureInfo.InvariantCulture) ?? Figures.Unknown),
            new("Trial", true, row => row.Run.Trial.ToString(CultureInfo.InvariantCulture)),
            new("Network", false, row => row.Run.TrainerName),
            new("Status", false, row => Figures.Status(row.Run.Status)),
            new(Figures.Name(metric), true, row => Figures.Value(metric, row.Run.ValidationMetrics?.Of(metric))),
            new("95 %", true, row => Figures.Interval(metric, row.Intervals?.Of(metric))),
            new("From best", false, FromBest),
            new(Figures.Name(second), true, row => Figures.Value(second, row.Run.ValidationMetrics?.Of(second))),
            new("Parameters", true, row => Figures.Count(row.Run.CostOf(CnnTrialCost.Parameters))),
            new("Size", true, row => Figures.Bytes(row.Run.CostOf(CnnTrialCost.ModelBytes))),
            new("Latency", true, row => Figures.Milliseconds(row.Run.LatencyMilliseconds)),
            new("Epochs", true, row => row.Run.Epochs.ToString(CultureInfo.InvariantCulture)),
            new("Training", true, row => Figures.Duration(row.Run.CostOf(CnnTrialCost.TrainSeconds))),
            new("Settings", false, row => SettingsText.Of(row.Run.Configuration)),
        ];
    }

    /// <summary>What the test says, in a word.</summary>
    public static string FromBest(CnnLeaderboardRow row) => row switch
    {
        { Rank: 1 } => "best",
        { IsNoMoreThanChance: true } => "chance",
        { IsNoMoreThanChance: false } => "real",
        _ => Figures.Unknown,
    };
}
