using System.Globalization;
using Ml.Cnn.Experiments.Results;
using Ml.Cnn.Trainers.Training.Reporting;
using OxyPlot;
using OxyPlot.Annotations;
using OxyPlot.Axes;
using OxyPlot.Series;
using OxyPlot.SkiaSharp;
using SkiaSharp;

namespace Ml.Cnn.Experiments.Reports;

/// <summary>Draws how good trials are against what they cost, with the Pareto front.</summary>
internal static class CostImage
{
    private static readonly OxyColor s_plain = OxyColor.FromRgb(0x7d, 0x87, 0x92);
    private static readonly OxyColor s_front = OxyColor.FromRgb(0xe6, 0x6f, 0x00);
    private static readonly OxyColor s_best = OxyColor.FromRgb(0x1f, 0x77, 0xb4);
    private static readonly OxyColor s_grid = OxyColor.FromRgb(0xe4, 0xe4, 0xe4);
    private static readonly OxyColor s_text = OxyColor.FromRgb(0x22, 0x22, 0x22);

    /// <exception cref="InvalidOperationException">There is nothing to draw.</exception>
    public static SKImage Draw(CnnLeaderboard leaderboard, CnnTrialCost cost, int width, int height)
    {
        var rows = leaderboard.Rows.Where(row => row.Rank is not null && row.Run.CostOf(cost) > 0).ToArray();
        if (rows.Length == 0)
            throw new InvalidOperationException($"No trial has both a metric and a {cost} that is known.");
        using var surface = SKSurface.Create(new SKImageInfo(width, height));
        surface.Canvas.Clear(SKColors.White);
        using var context = new SkiaRenderContext { SkCanvas = surface.Canvas, RenderTarget = RenderTarget.PixelGraphic, UseTextShaping = false };
        IPlotModel model = Chart(leaderboard, rows, cost);
        model.Update(updateData: true);
        model.Render(context, new(0, 0, width, height));
        return surface.Snapshot();
    }

    private static PlotModel Chart(CnnLeaderboard leaderboard, CnnLeaderboardRow[] rows, CnnTrialCost cost)
    {
        var metric = leaderboard.Metric;
        var isLoss = metric == CnnExperimentMetric.LogLoss;
        var front = leaderboard.ParetoFront(cost);
        var model = new PlotModel
        {
            Culture = CultureInfo.InvariantCulture,
            Title = $"{Figures.Name(metric)} against {Title(cost).ToLowerInvariant()}",
            TitleFontSize = 17,
            DefaultFont = ChartFont.Name,
            DefaultFontSize = 14,
            TextColor = s_text,
            PlotAreaBorderColor = OxyColor.FromRgb(0x99, 0x99, 0x99),
            Padding = new(16, 12, 28, 12),
        };
        model.Axes.Add(Styled(new LogarithmicAxis { LabelFormatter = Figures.Setting }, AxisPosition.Bottom, Title(cost)));
        model.Axes.Add(Styled(new LinearAxis(), AxisPosition.Left, Figures.Name(metric) + (isLoss ? "" : ", %")));
        var line = new LineSeries { Color = s_front, LineStyle = LineStyle.Dash, StrokeThickness = 1.5 };
        line.Points.AddRange(front.Select(row => new DataPoint(X(row), Y(row))));
        model.Series.Add(line);
        Points(rows.Except(front), s_plain, 4.5);
        Points(front.Where(row => row.Rank != 1), s_front, 6);
        Points(rows.Where(row => row.Rank == 1), s_best, 7);
        // The best trial of each network by name.
        foreach (var row in rows.GroupBy(row => row.Run.TrainerName).Select(group => group.First()))
            model.Annotations.Add(Label(row, front.Contains(row)));
        return model;

        double X(CnnLeaderboardRow row) => row.Run.CostOf(cost)!.Value / Unit(cost);

        double Y(CnnLeaderboardRow row) => row.Run.ValidationMetrics!.Of(metric) * (isLoss ? 1 : 100);

        void Points(IEnumerable<CnnLeaderboardRow> some, OxyColor color, double size)
        {
            var series = new ScatterSeries { MarkerType = MarkerType.Circle, MarkerFill = color, MarkerSize = size };
            series.Points.AddRange(some.Select(row => new ScatterPoint(X(row), Y(row))));
            model.Series.Add(series);
        }

        TextAnnotation Label(CnnLeaderboardRow row, bool isOnFront) => new()
        {
            Text = row.Run.TrainerName,
            TextPosition = new(X(row), Y(row)),
            TextHorizontalAlignment = HorizontalAlignment.Center,
            TextVerticalAlignment = VerticalAlignment.Bottom,
            Offset = new(0, -8),
            StrokeThickness = 0,
            FontWeight = row.Rank == 1 ? FontWeights.Bold : FontWeights.Normal,
            TextColor = isOnFront ? s_text : OxyColor.FromRgb(0x66, 0x66, 0x66),
        };
    }

    private static Axis Styled(Axis axis, AxisPosition position, string title)
    {
        (axis.Position, axis.Title, axis.AxisTitleDistance) = (position, title, 10);
        (axis.MajorGridlineStyle, axis.MajorGridlineColor, axis.MinimumPadding, axis.MaximumPadding) = (LineStyle.Solid, s_grid, 0.08, 0.1);
        return axis;
    }

    private static double Unit(CnnTrialCost cost) => cost is CnnTrialCost.ModelBytes or CnnTrialCost.Parameters or CnnTrialCost.MultiplyAdds ? 1e6 : 1;

    private static string Title(CnnTrialCost cost) => cost switch
    {
        CnnTrialCost.Latency => "Latency, milliseconds for an image",
        CnnTrialCost.ModelBytes => "Size of the weights, megabytes",
        CnnTrialCost.Parameters => "Parameters, millions",
        CnnTrialCost.MultiplyAdds => "Multiply-adds for an image, millions",
        _ => "Training, seconds",
    };
}
