using System.Globalization;
using Ml.Cnn.Evaluation.Pages;
using Ml.Cnn.Experiments.Results.Writing;

namespace Ml.Cnn.Experiments.Reports;

/// <summary>All trials, in tables.</summary>
internal static class ReportLeaderboard
{
    private const int RowsAtFirst = 25;

    public static HtmlBuilder Write(CnnExperimentResult result)
    {
        var html = new HtmlBuilder();
        html.Element("p", "“No more than chance”: a paired test on the same validation images finds no difference from the best trial that their choice "
            + "does not explain (5 %, corrected by Holm for the number of trials). What another seed would have come to is not in it. Intervals are of 95 %."
            + (result.Outcome.Data.Folds is null ? "" : " Metrics are means over the folds; intervals and tests take the images of all folds together."),
            ("class", "note"));
        var columns = Columns(result.Leaderboard);
        var rows = result.Leaderboard.Rows;
        HtmlTable.Write(html, $"Trials by {Figures.Name(result.Metric).ToLowerInvariant()}", columns, rows.Take(RowsAtFirst), ClassOf);
        if (rows.Count > RowsAtFirst)
        {
            html.Open("details").Element("summary", string.Create(CultureInfo.InvariantCulture, $"The other {rows.Count - RowsAtFirst} trials"));
            HtmlTable.Write(html, "The other trials", columns, rows.Skip(RowsAtFirst));
            html.Close("details");
        }
        html.Open("details").Element("summary", "Every metric with its interval");
        HtmlTable.Write(html, "Metrics on the validation images", Metrics(), rows.Where(row => row.Run.ValidationMetrics is not null), ClassOf);
        return html.Close("details");
    }

    private static string? ClassOf(CnnLeaderboardRow row) => row.Rank == 1 ? "best" : null;

    private static IReadOnlyList<HtmlColumn<CnnLeaderboardRow>> Columns(CnnLeaderboard leaderboard)
    {
        var metric = leaderboard.Metric;
        return
        [
            HtmlColumn<CnnLeaderboardRow>.Number("#", row => row.Rank?.ToString(CultureInfo.InvariantCulture) ?? Figures.Unknown, "Rank"),
            HtmlColumn<CnnLeaderboardRow>.Number("Trial", row => row.Run.Trial.ToString(CultureInfo.InvariantCulture)),
            HtmlColumn<CnnLeaderboardRow>.Text("Network", row => row.Run.TrainerName, isHeading: true),
            HtmlColumn<CnnLeaderboardRow>.Number(Figures.Name(metric), row => Figures.Value(metric, row.Run.ValidationMetrics?.Of(metric))),
            HtmlColumn<CnnLeaderboardRow>.Number("95 %", row => Figures.Interval(metric, row.Intervals?.Of(metric)), "Confidence interval"),
            new("From the best", FromBest),
            new("Front", Front, Explanation: "Whether nothing faster, or nothing smaller, is as good"),
            HtmlColumn<CnnLeaderboardRow>.Number("Parameters", row => Figures.Count(row.Run.CostOf(CnnTrialCost.Parameters))),
            HtmlColumn<CnnLeaderboardRow>.Number("Multiply-adds", row => Figures.Count(row.Run.MultiplyAdds), "For one image"),
            HtmlColumn<CnnLeaderboardRow>.Number("Size", row => Figures.Bytes(row.Run.CostOf(CnnTrialCost.ModelBytes)), "Of the weights"),
            HtmlColumn<CnnLeaderboardRow>.Number("Latency", row => Figures.Milliseconds(row.Run.LatencyMilliseconds), "From one encoded image to its label"),
            HtmlColumn<CnnLeaderboardRow>.Number("Epochs", row => row.Run.Epochs.ToString(CultureInfo.InvariantCulture)),
            HtmlColumn<CnnLeaderboardRow>.Number("Training", row => Figures.Duration(row.Run.CostOf(CnnTrialCost.TrainSeconds))),
            HtmlColumn<CnnLeaderboardRow>.Number("Images/s", row => row.Run.ImagesPerSecond.ToString("#,0", CultureInfo.InvariantCulture), "While training"),
            HtmlColumn<CnnLeaderboardRow>.Number("Memory", row => Figures.Bytes(row.Run.PeakMemory > 0 ? row.Run.PeakMemory : null), "At most, while training"),
            HtmlColumn<CnnLeaderboardRow>.Text("Status", row => Figures.Status(row.Run.Status)),
            HtmlColumn<CnnLeaderboardRow>.Text("Settings", row => SettingsText.Of(row.Run.Configuration)),
        ];
    }

    private static IReadOnlyList<HtmlColumn<CnnLeaderboardRow>> Metrics() =>
    [
        HtmlColumn<CnnLeaderboardRow>.Number("Trial", row => row.Run.Trial.ToString(CultureInfo.InvariantCulture)),
        HtmlColumn<CnnLeaderboardRow>.Text("Network", row => row.Run.TrainerName, isHeading: true),
        .. Enum.GetValues<CnnExperimentMetric>().SelectMany(metric => (HtmlColumn<CnnLeaderboardRow>[])
        [
            HtmlColumn<CnnLeaderboardRow>.Number(Figures.Name(metric), row => Figures.Value(metric, row.Run.ValidationMetrics!.Of(metric))),
            HtmlColumn<CnnLeaderboardRow>.Number("95 %", row => Figures.Interval(metric, row.Intervals?.Of(metric)),
                "Confidence interval of " + Figures.Name(metric).ToLowerInvariant()),
        ]),
        HtmlColumn<CnnLeaderboardRow>.Number("p", row => Figures.Probability(row.PValue), "Of the difference from the best trial, corrected"),
    ];

    private static void FromBest(HtmlBuilder html, CnnLeaderboardRow row)
    {
        var (text, style) = row switch
        {
            { Rank: 1 } => ("best", "tag good"),
            { IsNoMoreThanChance: true } => ("no more than chance", "tag good"),
            { IsNoMoreThanChance: false } => ("worse", "tag"),
            _ => (Figures.Unknown, null),
        };
        html.Element("span", text, ("class", style), ("title", row.PValue is { } p ? "p " + Figures.Probability(p) : null));
    }

    private static void Front(HtmlBuilder html, CnnLeaderboardRow row) => html.Text((row.IsOnLatencyFront, row.IsOnSizeFront) switch
    {
        (true, true) => "latency, size",
        (true, false) => "latency",
        (false, true) => "size",
        _ => "",
    });
}
