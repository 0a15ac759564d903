using System.Globalization;
using Ml.Cnn.Evaluation.Pages;
using Ml.Cnn.Evaluation.Reports;
using Ml.Cnn.Trainers;

namespace Ml.Cnn.Evaluation.TrainingReports;

/// <summary>Loss, accuracy and learning rate over the epochs.</summary>
internal static class TrainingCharts
{
    private const double Spread = 20; // from the least to the largest loss; beyond it, the usual ones would lie on one line

    public static HtmlBuilder Write(IReadOnlyList<CnnEpoch> history)
    {
        var html = new HtmlBuilder();
        html.Element("h3", "Loss");
        Draw(html, history, "loss", "Loss", "Cross-entropy, nats", epoch => epoch.Loss, epoch => epoch.ValidationLoss, Plain, isShare: false);
        html.Element("h3", "Accuracy");
        Draw(html, history, "accuracy", "Accuracy", "Images named right", epoch => epoch.Accuracy, epoch => epoch.ValidationAccuracy, ReportFigures.Percent,
            isShare: true);
        html.Element("h3", "Learning rate");
        Draw(html, history, "rate", "Learning rate", "At the epoch's end", epoch => epoch.LearningRate, _ => null, Plain, isShare: false);
        return html;
    }

    private static void Draw(HtmlBuilder html, IReadOnlyList<CnnEpoch> history, string id, string title, string unit, Func<CnnEpoch, double> training,
        Func<CnnEpoch, double?> validation, Func<double, string> format, bool isShare)
    {
        var values = history.SelectMany(epoch => new[] { training(epoch), validation(epoch) ?? double.NaN }).Where(double.IsFinite).ToArray();
        if (values.Length == 0)
        {
            html.Element("p", "No epoch has a finite number here.");
            return;
        }
        var isLogarithmic = !isShare && values.Min() > 0 && values.Max() > Spread * values.Min();
        var chart = new SvgChart(new("Epoch", history.Select(epoch => (double)epoch.Epoch), isLogarithmic: false, Whole),
            new(isLogarithmic ? unit + ", logarithmic" : unit, values, isLogarithmic, isShare ? TrainingPage.Tick : format, least: 0,
                most: isShare ? 1 : null));
        var best = TrainingPage.BestEpoch(history);
        var isValidated = history.Any(epoch => validation(epoch) is not null);
        chart.Line(history.Select(epoch => ((double)epoch.Epoch, training(epoch))), isValidated ? "second" : "best", "Training");
        if (isValidated)
        {
            chart.Line(history.Select(epoch => ((double)epoch.Epoch, validation(epoch) ?? double.NaN)), "best", "Validation");
            chart.Point(best.Epoch, validation(best) ?? double.NaN, "best", $"Epoch {Whole(best.Epoch)}, the best: {format(validation(best) ?? double.NaN)}");
            chart.Label(best.Epoch, validation(best) ?? double.NaN, format(validation(best) ?? double.NaN), isMinor: false);
        }
        chart.Write(html, id, $"{title} over {Whole(history.Count)} epochs", Described(history, training, validation, format), isValidated
            ? "Solid: the validation images behind each epoch. Dashed: the training images while the network learned them, augmented as they were. The point "
                + "is the best epoch, whose weights were kept."
            : "The value of each epoch.");
    }

    private static string Described(IReadOnlyList<CnnEpoch> history, Func<CnnEpoch, double> training, Func<CnnEpoch, double?> validation,
        Func<double, string> format)
    {
        var text = $"From {format(training(history[0]))} in the first epoch to {format(training(history[^1]))} in the last.";
        return validation(history[0]) is { } first && validation(history[^1]) is { } last ? text + $" In validation from {format(first)} to {format(last)}."
            : text;
    }

    /// <summary>Three digits that count.</summary>
    private static string Plain(double value)
    {
        if (value is not (0 or (>= 1e-4 and < 1e5)))
            return value.ToString("0.##e0", CultureInfo.InvariantCulture);
        var rounded = double.Parse(value.ToString("G3", CultureInfo.InvariantCulture), CultureInfo.InvariantCulture);
        return rounded.ToString("0.#######", CultureInfo.InvariantCulture);
    }

    private static string Whole(double value) => value == Math.Round(value) ? value.ToString("0", CultureInfo.InvariantCulture) : "";
}
