using System.Globalization;
using OxyPlot;
using OxyPlot.Annotations;
using OxyPlot.Axes;
using OxyPlot.Legends;
using OxyPlot.Series;
using OxyPlot.SkiaSharp;
using SkiaSharp;

namespace Ml.Cnn.Trainers.Training.Reporting;

/// <summary>Draws the curves of a training: loss and accuracy side by side, and the learning rate below them.</summary>
internal static class CurvesImage
{
    private const int HeadingHeight = 44;
    private const double LearningRateShare = 0.3; // of the height
    private const int MostMarkers = 40;           // epochs; more of them make a line by themselves
    private const double MostOfMedian = 50;       // a loss that high above the usual ones would flatten them on a linear axis

    private static readonly OxyColor s_training = OxyColor.FromRgb(0x1f, 0x77, 0xb4);
    private static readonly OxyColor s_validation = OxyColor.FromRgb(0xe6, 0x6f, 0x00);
    private static readonly OxyColor s_learningRate = OxyColor.FromRgb(0x4d, 0x4d, 0x4d);

    /// <summary>Whether the system has a font; without one, images have no text.</summary>
    public static bool HasFont => SKFontManager.Default.FontFamilyCount > 0;

    public static SKImage Draw(IReadOnlyList<CnnEpoch> history, int width, int height)
    {
        return ChartStyle.Draw(context => Draw(context, history, width, height), width, height);
    }

    private static void Draw(SkiaRenderContext context, IReadOnlyList<CnnEpoch> history, int width, int height)
    {
        var below = Math.Round(height - (height - HeadingHeight) * LearningRateShare);
        var middle = width / 2;
        context.DrawText(new(20, 14), Heading(history), ChartStyle.Text, ChartFont.Name, fontSize: 17, fontWeight: FontWeights.Bold);
        ChartStyle.Render(Loss(history), context, new(0, HeadingHeight, middle, below - HeadingHeight));
        ChartStyle.Render(Accuracy(history), context, new(middle, HeadingHeight, width - middle, below - HeadingHeight));
        ChartStyle.Render(LearningRate(history), context, new(0, below, width, height - below));
    }

    private static string Heading(IReadOnlyList<CnnEpoch> history)
    {
        var (last, best) = (history[^1], history.LastOrDefault(epoch => epoch.IsBest));
        var done = last.Epoch == last.Epochs
            ? Invariant($"{last.Epochs} {(last.Epochs == 1 ? "epoch" : "epochs")}")
            : Invariant($"{last.Epoch} of {last.Epochs} epochs");
        return best is null ? done
            : best.ValidationAccuracy is { } accuracy ? Invariant($"{done}, best: epoch {best.Epoch}, validation accuracy {accuracy * 100:0.0} %")
            : Invariant($"{done}, lowest training loss: epoch {best.Epoch}, {best.Loss:0.0000}");
    }

    private static PlotModel Loss(IReadOnlyList<CnnEpoch> history)
    {
        var (training, validation) = (Line("Training", s_training, history, e => e.Loss), Line("Validation", s_validation, history, e => e.ValidationLoss));
        return IsFarFlung(training, validation)
            ? Chart("Loss", "Cross-entropy, logarithmic", new LogarithmicAxis { LabelFormatter = PowerOfTen }, history, training, validation)
            : Chart("Loss", "Cross-entropy", new LinearAxis(), history, training, validation);
    }

    // By the median of each line: where all of the validation explodes, the training is still to be seen.
    private static bool IsFarFlung(params IEnumerable<LineSeries?> lines)
    {
        var losses = lines.OfType<LineSeries>()
            .Select(line => line.Points.Select(point => point.Y).Where(y => y > 0).Order().ToArray())
            .Where(line => line.Length > 0)
            .ToArray();
        return losses.Length > 0 && losses.Max(line => line[^1]) > MostOfMedian * losses.Min(line => line[line.Length / 2]);
    }

    private static string PowerOfTen(double value) =>
        value is >= 0.001 and < 100_000 ? value.ToString("#,0.###", CultureInfo.InvariantCulture) : value.ToString("0.#e0", CultureInfo.InvariantCulture);

    private static PlotModel Accuracy(IReadOnlyList<CnnEpoch> history) => Chart("Accuracy", "Images, %", new LinearAxis(), history,
        Line("Training", s_training, history, e => e.Accuracy * 100), Line("Validation", s_validation, history, e => e.ValidationAccuracy * 100));

    private static PlotModel LearningRate(IReadOnlyList<CnnEpoch> history) =>
        Chart("Learning rate", "At the epoch's end", new LinearAxis(), history, Line("Learning rate", s_learningRate, history, e => e.LearningRate));

    private static PlotModel Chart(string title, string unit, Axis axis, IReadOnlyList<CnnEpoch> history, params IReadOnlyList<LineSeries?> lines)
    {
        var model = ChartStyle.Chart(title);
        model.Axes.Add(EpochAxis(history));
        (axis.Position, axis.Title, axis.AxisTitleDistance) = (AxisPosition.Left, unit, 10);
        (axis.MajorGridlineStyle, axis.MajorGridlineColor, axis.MinimumPadding, axis.MaximumPadding) = (LineStyle.Solid, ChartStyle.Grid, 0.05, 0.05);
        model.Axes.Add(axis);
        foreach (var line in lines.OfType<LineSeries>())
            model.Series.Add(line);
        if (model.Series.Count > 1)
        {
            model.Legends.Add(new Legend
            {
                LegendPlacement = LegendPlacement.Outside,
                LegendPosition = LegendPosition.TopCenter,
                LegendOrientation = LegendOrientation.Horizontal,
                LegendFontSize = 13,
                LegendPadding = 2,
            });
        }
        if (history.LastOrDefault(e => e.IsBest) is { } best && lines.Count > 1)
        {
            model.Annotations.Add(new LineAnnotation
            {
                Type = LineAnnotationType.Vertical,
                X = best.Epoch,
                Color = OxyColor.FromRgb(0x99, 0x99, 0x99),
                LineStyle = LineStyle.Dash,
                Layer = AnnotationLayer.BelowSeries,
            });
        }
        return model;
    }

    private static LinearAxis EpochAxis(IReadOnlyList<CnnEpoch> history)
    {
        var (first, last) = (history[0].Epoch, history[^1].Epoch);
        var margin = Math.Max(0.5, (last - first) * 0.02);
        return new LinearAxis
        {
            Position = AxisPosition.Bottom,
            Title = "Epoch",
            Minimum = first - margin,
            Maximum = last + margin,
            MinimumMajorStep = 1,
            MinimumMinorStep = 1,
            StringFormat = "0",
            AxisTitleDistance = 6,
        };
    }

    private static LineSeries? Line(string title, OxyColor color, IReadOnlyList<CnnEpoch> history, Func<CnnEpoch, double?> value)
    {
        if (history.All(epoch => value(epoch) is null))
            return null;
        double Finite(CnnEpoch epoch) => value(epoch) is { } number && double.IsFinite(number) ? number : double.NaN; // a gap
        var line = new LineSeries
        {
            Title = title,
            Color = color,
            StrokeThickness = 2,
            MarkerType = history.Count <= MostMarkers ? MarkerType.Circle : MarkerType.None,
            MarkerFill = color,
            MarkerSize = 3,
        };
        line.Points.AddRange(history.Select(epoch => new DataPoint(epoch.Epoch, Finite(epoch))));
        return line;
    }

    private static string Invariant(FormattableString text) => FormattableString.Invariant(text);
}
