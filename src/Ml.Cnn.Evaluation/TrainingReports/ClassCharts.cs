using System.Globalization;
using Ml.Cnn.Evaluation.Pages;
using Ml.Cnn.Evaluation.Reports;
using Ml.Cnn.Trainers;

namespace Ml.Cnn.Evaluation.TrainingReports;

/// <summary>The accuracy of each class on the validation images, over the epochs and in the best one.</summary>
internal static class ClassCharts
{
    private static readonly string[] s_styles = ["best", "second", "third"];

    /// <param name="lines">Epoch by epoch.</param>
    /// <param name="best">The epoch whose weights the model has.</param>
    public static HtmlBuilder Write(IReadOnlyList<ClassLine> lines, CnnEpoch best)
    {
        var html = new HtmlBuilder();
        var last = lines.Max(line => line.Epoch);
        var shown = lines.Any(line => line.Epoch == best.Epoch) ? best.Epoch : last; // the last one, where the logs are of another part of the training
        var classes = lines.GroupBy(line => line.Class).Select(group => new History(group.Key, [.. group.Where(line => line.Images > 0)]))
            .Where(history => history.Lines.Count > 0).OrderBy(history => history.At(shown)?.Recall ?? double.NaN).ToArray();
        if (classes.Length == 0)
            return html.Element("p", "The validation set has no image of any class.");
        Draw(html, classes, shown);
        HtmlTable.Write(html, string.Create(CultureInfo.InvariantCulture, $"Validation images of each class behind epoch {shown}, the hardest class first"),
        [
            HtmlColumn<History>.Text("Class", history => history.Class, isHeading: true),
            HtmlColumn<History>.Number("Images", history => Number(history.At(shown)?.Line.Images)),
            HtmlColumn<History>.Number("Recall", history => ReportFigures.Percent(history.At(shown)?.Recall ?? double.NaN),
                "The share of the class's images that are named right"),
            HtmlColumn<History>.Number("Precision", history => ReportFigures.Percent(history.At(shown)?.Precision ?? double.NaN),
                "The share of the images named so that are of the class"),
            HtmlColumn<History>.Number("Highest recall", history => ReportFigures.Percent(history.Lines.Max(line => (double)line.Right / line.Images)),
                "In any epoch"),
        ], classes);
        return html;
    }

    private static void Draw(HtmlBuilder html, IReadOnlyList<History> classes, int shown)
    {
        var chart = new SvgChart(
            new("Epoch", classes.SelectMany(history => history.Lines).Select(line => (double)line.Epoch), isLogarithmic: false,
                value => value == Math.Round(value) ? value.ToString("0", CultureInfo.InvariantCulture) : ""),
            new("Recall", classes.SelectMany(history => history.Points).Select(point => point.Y), isLogarithmic: false, TrainingPage.Tick, least: 0, most: 1));
        for (var i = classes.Count - 1; i >= 0; i--) // the hardest are drawn last, on top
        {
            chart.Line(classes[i].Points, i < s_styles.Length ? s_styles[i] : "plain", classes[i].Class);
            if (classes[i].Points.Count == 1)
                chart.Point(classes[i].Points[0].X, classes[i].Points[0].Y, i < s_styles.Length ? s_styles[i] : "plain", classes[i].Class, 2.5);
        }
        foreach (var history in classes.Take(s_styles.Length))
            chart.Label(history.Points[^1].X, history.Points[^1].Y, history.Class, isMinor: history != classes[0]);
        chart.Write(html, "class-recall", "Recall of each class over the epochs",
            string.Create(CultureInfo.InvariantCulture, $"{classes.Count} lines. Behind epoch {shown}: ")
            + string.Join("; ", classes.Take(s_styles.Length)
                .Select(history => $"{history.Class}, {ReportFigures.Percent(history.At(shown)?.Recall ?? double.NaN)}"))
            + ".", "A line for each class; the three hardest are thick, dashed and dotted. The share of a class's validation images that are named right.");
    }

    private static string Number(long? count) => count?.ToString("#,0", CultureInfo.InvariantCulture) ?? "–";

    private sealed record History(string Class, IReadOnlyList<ClassLine> Lines)
    {
        public IReadOnlyList<(double X, double Y)> Points => [.. Lines.Select(line => ((double)line.Epoch, (double)line.Right / line.Images))];

        public (ClassLine Line, double Recall, double Precision)? At(int epoch) => Lines.FirstOrDefault(line => line.Epoch == epoch) is { } line
            ? (line, (double)line.Right / line.Images, line.Taken > 0 ? (double)line.Right / line.Taken : double.NaN) : null;
    }
}
