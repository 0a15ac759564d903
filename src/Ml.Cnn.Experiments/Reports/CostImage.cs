using System.Globalization;
using Ml.Cnn.Evaluation.Pages;
using Ml.Cnn.Experiments.Results.Writing;
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
        var chart = Chart(leaderboard, rows, cost);
        Render(); // tells where points come to lie
        AddNames(chart, context, leaderboard, rows, cost);
        surface.Canvas.Clear(SKColors.White);
        Render();
        return surface.Snapshot();

        void Render()
        {
            IPlotModel model = chart;
            model.Update(updateData: true);
            model.Render(context, new(0, 0, width, height));
        }
    }

    // The best trial of each network by name, those on the front first.
    private static void AddNames(PlotModel chart, SkiaRenderContext context, CnnLeaderboard leaderboard, CnnLeaderboardRow[] rows, CnnTrialCost cost)
    {
        var area = chart.PlotArea;
        var labels = new ChartLabelPlacement(area.Left + 2, area.Top + 2, area.Right - 2, area.Bottom - 2);
        var front = leaderboard.ParetoFront(cost);
        var places = rows.ToDictionary(row => row, row => chart.Axes[0].Transform(X(row, cost), Y(row, leaderboard.Metric), chart.Axes[1]));
        foreach (var place in places.Values)
            labels.AddPoint(place.X, place.Y, 6);
        foreach (var row in rows.OrderBy(row => (row.Rank != 1, !front.Contains(row), row.Rank)).DistinctBy(row => row.Run.TrainerName))
        {
            var weight = row.Rank == 1 ? FontWeights.Bold : FontWeights.Normal;
            var size = context.MeasureText(row.Run.TrainerName, chart.DefaultFont, chart.DefaultFontSize, weight);
            var place = places[row];
            if (labels.Place(place.X, place.Y, size.Width, size.Height) is not var (left, top))
                continue;
            chart.Annotations.Add(new TextAnnotation
            {
                Text = row.Run.TrainerName,
                TextPosition = new(X(row, cost), Y(row, leaderboard.Metric)),
                TextHorizontalAlignment = HorizontalAlignment.Left,
                TextVerticalAlignment = VerticalAlignment.Top,
                Offset = new(left - place.X, top - place.Y),
                StrokeThickness = 0,
                FontWeight = weight,
                TextColor = front.Contains(row) ? s_text : OxyColor.FromRgb(0x66, 0x66, 0x66),
            });
        }
    }

    private static PlotModel Chart(CnnLeaderboard leaderboard, CnnLeaderboardRow[] rows, CnnTrialCost cost)
    {
        var metric = leaderboard.Metric;
        var isLoss = metric == CnnExperimentMetric.LogLoss;
        var front = leaderboard.ParetoFront(cost);
        var model = new PlotModel
        {
            Culture = CultureInfo.InvariantCulture,
            Title = $"{Figures.Name(metric)} against {Title(cost).Split(',')[0].ToLowerInvariant()}",
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
        line.Points.AddRange(front.Select(row => new DataPoint(X(row, cost), Y(row, metric))));
        model.Series.Add(line);
        Points(rows.Except(front), s_plain, 4.5);
        Points(front.Where(row => row.Rank != 1), s_front, 6);
        Points(rows.Where(row => row.Rank == 1), s_best, 7);
        return model;

        void Points(IEnumerable<CnnLeaderboardRow> some, OxyColor color, double size)
        {
            var series = new ScatterSeries { MarkerType = MarkerType.Circle, MarkerFill = color, MarkerSize = size };
            series.Points.AddRange(some.Select(row => new ScatterPoint(X(row, cost), Y(row, metric))));
            model.Series.Add(series);
        }
    }

    private static Axis Styled(Axis axis, AxisPosition position, string title)
    {
        (axis.Position, axis.Title, axis.AxisTitleDistance) = (position, title, 10);
        (axis.MajorGridlineStyle, axis.MajorGridlineColor, axis.MinimumPadding, axis.MaximumPadding) = (LineStyle.Solid, s_grid, 0.08, 0.1);
        return axis;
    }

    private static double X(CnnLeaderboardRow row, CnnTrialCost cost) => row.Run.CostOf(cost)!.Value / Unit(cost);

    private static double Y(CnnLeaderboardRow row, CnnExperimentMetric metric) =>
        row.Run.ValidationMetrics!.Of(metric) * (metric == CnnExperimentMetric.LogLoss ? 1 : 100);

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
