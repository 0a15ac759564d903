using Ml.Cnn.Evaluation.Pages;
using Ml.Cnn.Experiments.Results.Writing;
using Ml.Cnn.Trainers;

namespace Ml.Cnn.Experiments.Reports;

/// <summary>The report's charts.</summary>
internal static class ReportCharts
{
    private const int MostLabels = 14;
    private static readonly string[] s_styles = ["best", "second", "third"];

    /// <summary>Good against expensive: one chart for the latency, one for the size.</summary>
    public static HtmlBuilder Costs(CnnExperimentResult result)
    {
        var html = new HtmlBuilder();
        foreach (var (cost, id, title) in (ReadOnlySpan<(CnnTrialCost, string, string)>)
            [(CnnTrialCost.Latency, "latency", "Latency, milliseconds for an image"), (CnnTrialCost.ModelBytes, "size", "Size of the weights, megabytes")])
            if (!Cost(html, result, cost, id, title))
                html.Element("p", $"No chart of {id}: it is not known of any trial.", ("class", "note"));
        return html;
    }

    /// <summary>The validation metric over the images seen; null where there is no history.</summary>
    public static HtmlBuilder? Curves(CnnExperimentResult result)
    {
        var (value, title, isLoss) = Followed(result.Metric);
        var ranks = result.Leaderboard.Rows.Where(row => row.Rank is not null).ToDictionary(row => row.Run.Trial, row => row.Rank!.Value);
        var curves = result.RunDetails.Select(run => (Run: run, Points: Points(run, value))).Where(curve => curve.Points.Count > 0)
            .OrderByDescending(curve => ranks.GetValueOrDefault(curve.Run.Trial, int.MaxValue)).ToArray(); // the best is drawn last, on top
        if (curves.Length == 0)
            return null;
        double[] values = [.. curves.SelectMany(curve => curve.Points).Select(point => point.Y).Where(double.IsFinite)];
        if (values.Length == 0)
            return null;
        var chart = new SvgChart(
            new("Images seen, logarithmic", curves.SelectMany(curve => curve.Points).Select(point => point.X), isLogarithmic: true, Figures.Tick),
            new(title, values, isLoss && IsSpread(values), y => isLoss ? Figures.Setting(y) : FormattableString.Invariant($"{y * 100:0.##} %"),
                least: 0, most: isLoss ? null : 1));
        foreach (var (run, points) in curves)
        {
            var rank = ranks.GetValueOrDefault(run.Trial, int.MaxValue);
            var style = rank <= s_styles.Length ? s_styles[rank - 1] : "plain";
            chart.Line(points, style, Named(run) + ", " + SettingsText.Of(run.Configuration));
            if (points.Count == 1)
                chart.Point(points[0].X, points[0].Y, style, Named(run), 2.5);
        }
        foreach (var (run, points) in curves.Reverse().Take(s_styles.Length))
            if (points.LastOrDefault(point => double.IsFinite(point.Y)) is { X: > 0 } end)
                chart.Label(end.X, end.Y, $"{run.TrainerName} ({run.Trial})", isMinor: ranks.GetValueOrDefault(run.Trial) != 1);
        var html = new HtmlBuilder();
        chart.Write(html, "learning", $"{title} of every trial over the images that it was trained on",
            string.Create(System.Globalization.CultureInfo.InvariantCulture, $"{curves.Length} lines, of {curves.Length} trials. ") + string.Join(" ", curves
                .Reverse().Take(s_styles.Length).Select(curve => $"{Named(curve.Run)} ends at {Figure(curve.Points[^1].Y)}.")),
            "A line for each trial: the best thick, the second dashed, the third dotted, all others thin. Where a line falls back and rises again, the "
            + "learning rate was started anew for the next rung.");
        return html;

        string Figure(double y) => Figures.Value(isLoss ? CnnExperimentMetric.LogLoss : CnnExperimentMetric.Accuracy, y);
    }

    private static bool Cost(HtmlBuilder html, CnnExperimentResult result, CnnTrialCost cost, string id, string title)
    {
        var metric = result.Metric;
        var rows = result.Leaderboard.Rows.Where(row => row.Rank is not null && row.Run.CostOf(cost) > 0).Reverse().ToArray();
        if (rows.Length == 0)
            return false;
        var front = result.ParetoFront(cost);
        double[] shown =
        [
            .. rows.Select(Y),
            .. front.SelectMany(row => row.Intervals?.Of(metric) is { } interval ? (double[])[interval.Lower, interval.Upper] : []),
        ];
        var isLoss = metric == CnnExperimentMetric.LogLoss;
        var chart = new SvgChart(
            new(title + ", logarithmic", rows.Select(X), isLogarithmic: true, Figures.Setting),
            new(Figures.Name(metric), shown, isLoss && IsSpread(shown), y => isLoss ? Figures.Setting(y) : FormattableString.Invariant($"{y * 100:0.##} %"),
                least: 0, most: isLoss ? null : 1));
        chart.Line(front.Select(row => (X(row), Y(row))), "front");
        foreach (var row in rows)
        {
            var isOnFront = front.Contains(row);
            if (isOnFront && row.Intervals?.Of(metric) is { } interval)
                chart.Whisker(X(row), interval.Lower, interval.Upper, row.Rank == 1 ? "best" : "second");
            chart.Point(X(row), Y(row), row.Rank == 1 ? "best" : isOnFront ? "second" : "plain", $"{Named(row.Run)}: {Figures.Value(metric, Y(row))}, "
                + $"{Figures.Cost(cost, row.Run.CostOf(cost))}; {SettingsText.Of(row.Run.Configuration)}", isOnFront ? 6 : 4.5);
        }
        foreach (var row in front.Concat(rows).OrderBy(row => (row.Rank != 1, !front.Contains(row), row.Rank)).DistinctBy(row => row.Run.TrainerName)
            .Take(MostLabels))
            chart.Label(X(row), Y(row), row.Run.TrainerName, isMinor: row.Rank != 1);
        chart.Write(html, id, $"{Figures.Name(metric)} of {rows.Length} trials against their {id}",
            "On the front, from the cheapest: " + string.Join("; ", front.Select(row =>
                $"{Named(row.Run)}, {Figures.Cost(cost, row.Run.CostOf(cost))}, {Figures.Value(metric, Y(row))}")) + ".",
            $"Each point is a trial; {(isLoss ? "lower" : "higher")} and further left is better. The dashed line is the Pareto front: nothing cheaper is as "
            + "good as what lies on it. Bars are 95 % confidence intervals.");
        return true;

        double X(CnnLeaderboardRow row) => row.Run.CostOf(cost)!.Value / (cost == CnnTrialCost.ModelBytes ? 1e6 : 1);

        double Y(CnnLeaderboardRow row) => row.Run.ValidationMetrics!.Of(metric);
    }

    // What is measured after every epoch is less than what trials are compared by.
    private static (Func<CnnEpoch, double?> Value, string Title, bool IsLoss) Followed(CnnExperimentMetric metric) => metric switch
    {
        CnnExperimentMetric.LogLoss => (epoch => epoch.ValidationLoss, "Validation log loss", true),
        CnnExperimentMetric.Top5Accuracy => (epoch => epoch.ValidationTop5Accuracy ?? epoch.ValidationAccuracy, "Validation top-5 accuracy", false),
        _ => (epoch => epoch.ValidationAccuracy, "Validation accuracy", false),
    };

    private static List<(double X, double Y)> Points(CnnRunDetail run, Func<CnnEpoch, double?> value)
    {
        var (points, images) = (new List<(double, double)>(), 0L);
        foreach (var epoch in run.History)
        {
            images += epoch.Images;
            if (images > 0 && value(epoch) is { } number)
                points.Add((images, number));
        }
        return points;
    }

    // One training that went astray would make a line of all others.
    private static bool IsSpread(double[] values) => values.Min() > 0 && values.Max() > 10 * values.Min();

    private static string Named(CnnRunDetail run) => $"{run.TrainerName} (trial {run.Trial})";
}
