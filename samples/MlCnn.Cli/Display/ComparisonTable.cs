using System.Globalization;
using Ml.Cnn.Experiments;
using Spectre.Console;

namespace MlCnn.Cli.Display;

/// <summary>An experiment's trials as a table.</summary>
internal static class ComparisonTable
{
    /// <summary>At the end, with all that is known.</summary>
    public static Table Of(CnnLeaderboard leaderboard)
    {
        var table = Empty(leaderboard.Metric);
        foreach (var row in leaderboard.Rows)
            Add(table, row.Run, leaderboard.Metric, Interval(row, leaderboard.Metric), State(row));
        return table;
    }

    /// <summary>While the experiment goes on.</summary>
    /// <param name="progress">Where it is.</param>
    /// <param name="rows">For how many there is room.</param>
    public static Table Of(CnnExperimentProgress progress, int rows)
    {
        var table = Empty(progress.Metric);
        var underWay = progress.UnderWay.ToDictionary(job => job.Trial, job => job.Epochs);
        // Those under way are always shown.
        var shown = progress.RunDetails.Take(rows).Union(progress.RunDetails.Where(run => underWay.ContainsKey(run.Trial)));
        foreach (var run in shown)
        {
            var state = underWay.TryGetValue(run.Trial, out var epochs) ? FormattableString.Invariant($"[green]to epoch {epochs}[/]") : Status(run);
            Add(table, run, progress.Metric, "", state);
        }
        return table;
    }

    private static Table Empty(CnnExperimentMetric metric)
    {
        var table = new Table { Border = TableBorder.Simple };
        table.AddColumn(new TableColumn("Trial").RightAligned());
        table.AddColumn("Network");
        table.AddColumn(new TableColumn(Name(metric)).RightAligned());
        table.AddColumn(new TableColumn("Epochs").RightAligned());
        table.AddColumn(new TableColumn("Params").RightAligned());
        table.AddColumn(new TableColumn("ms").RightAligned());
        table.AddColumn(new TableColumn("Train s").RightAligned());
        table.AddColumn("Settings");
        table.AddColumn("");
        return table;
    }

    private static void Add(Table table, CnnRunDetail run, CnnExperimentMetric metric, string interval, string state) => table.AddRow(
        run.Trial.ToString(CultureInfo.InvariantCulture),
        Markup.Escape(run.TrainerName),
        (run.ValidationMetrics is { } metrics ? Value(metrics.Of(metric), metric) : "") + interval,
        run.Epochs > 0 ? run.Epochs.ToString(CultureInfo.InvariantCulture) : "",
        run.Parameters > 0 ? string.Create(CultureInfo.InvariantCulture, $"{run.Parameters / 1e6:0.0} M") : "",
        run.LatencyMilliseconds is { } latency ? latency.ToString("0.0", CultureInfo.InvariantCulture) : "",
        run.TrainSeconds > 0 ? run.TrainSeconds.ToString("0", CultureInfo.InvariantCulture) : "",
        Markup.Escape(Settings(run.Configuration)),
        state);

    private static string Settings(TrialConfiguration trial) => string.Create(CultureInfo.InvariantCulture,
        $"{trial.Optimizer.ToString().ToLowerInvariant()} {trial.LearningRate:g3}, decay {trial.WeightDecay:g3}, ")
        + string.Create(CultureInfo.InvariantCulture, $"batch {trial.BatchSize}, {trial.ImageSize} px, ")
        + trial.Augmentation + (trial.Weights is null ? "" : $", pretrained{(trial.Freeze == Ml.Cnn.Trainers.Freezing.None ? "" : ", frozen")}");

    private static string Interval(CnnLeaderboardRow row, CnnExperimentMetric metric) =>
        row.Intervals?.Of(metric) is { } interval ? $" [grey]{Value(interval.Lower, metric)}–{Value(interval.Upper, metric)}[/]" : "";

    private static string State(CnnLeaderboardRow row) => row.Run.Status != CnnTrialStatus.Completed ? Status(row.Run)
        : row.IsNoMoreThanChance == true ? "[grey]may be as good as the best[/]" : "";

    private static string Status(CnnRunDetail run) => run.Status switch
    {
        CnnTrialStatus.Completed or CnnTrialStatus.Running => "",
        var status => $"[yellow]{Markup.Escape(Words(status))}{Markup.Escape(run.Reason is null ? "" : ": " + run.Reason)}[/]",
    };

    private static string Words(CnnTrialStatus status) => status switch
    {
        CnnTrialStatus.OverLimit => "over the limit",
        CnnTrialStatus.NotFinite => "loss not finite",
        CnnTrialStatus.OutOfMemory => "out of memory",
        _ => status.ToString().ToLowerInvariant(),
    };

    private static string Value(double value, CnnExperimentMetric metric) =>
        metric == CnnExperimentMetric.LogLoss ? value.ToString("0.000", CultureInfo.InvariantCulture) : value.ToString("0.0%", CultureInfo.InvariantCulture);

    private static string Name(CnnExperimentMetric metric) => metric switch
    {
        CnnExperimentMetric.MacroAccuracy => "Macro accuracy",
        CnnExperimentMetric.LogLoss => "Log loss",
        CnnExperimentMetric.Top5Accuracy => "Top-5",
        CnnExperimentMetric.MacroF1 => "F1",
        _ => "Accuracy",
    };
}
