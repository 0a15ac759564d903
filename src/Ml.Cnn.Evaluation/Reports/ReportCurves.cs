using Ml.Cnn.Evaluation.Pages;
using Ml.Cnn.Evaluation.Statistics;
using Ml.Cnn.Trainers;

namespace Ml.Cnn.Evaluation.Reports;

/// <summary>The calibration curve and the curve of accuracy over coverage.</summary>
internal static class ReportCurves
{
    public static HtmlBuilder Calibration(CnnCalibrationCurve curve)
    {
        var html = new HtmlBuilder();
        var (width, mass) = (curve.EqualWidth.Where(bin => bin.Images > 0).ToArray(), curve.EqualMass);
        var chart = new SvgChart(Share("Probability of the predicted class", [0, 1]), Share("Share that is right", [0, 1]));
        chart.Line([(0, 0), (1, 1)], "plain", "As often right as it says");
        chart.Line(mass.Select(bin => (bin.Probability, bin.Accuracy)), "second", "Bins of equal numbers of images");
        foreach (var bin in width)
        {
            var interval = WilsonInterval.Of(bin.Accuracy, bin.Images);
            chart.Whisker(bin.Probability, interval.Lower, interval.Upper, "best");
            chart.Point(bin.Probability, bin.Accuracy, "best",
                $"{ReportFigures.Images(bin.Images)} at {ReportFigures.Percent(bin.Probability)}, {ReportFigures.Percent(bin.Accuracy)} right");
        }
        chart.Write(html, "reliability", "Share of right answers over the probability of the predicted class", string.Join(" ", width.Select(bin =>
            $"At {ReportFigures.Percent(bin.Probability)}: {ReportFigures.Percent(bin.Accuracy)} right, {ReportFigures.Images(bin.Images)}.")),
            "Points: 15 bins of equal width, with 95 % intervals. Dashed: bins of equal numbers of images. On the diagonal a network is as often right as it "
            + "says; below it, it is too sure. mlcnn calibrate mends that without changing an answer.");
        html.Element("p", $"Expected calibration error {ReportFigures.Percent(curve.Error)} over bins of equal width, "
            + $"{ReportFigures.Percent(curve.EqualMassError)} over bins of equal numbers of images. Brier score {ReportFigures.Number(curve.BrierScore)}.");
        html.Open("details").Element("summary", "The bins as a table");
        Bins(html, "Bins of equal width", width);
        Bins(html, "Bins of equal numbers of images", mass);
        html.Close("details");
        return html;
    }

    public static HtmlBuilder Coverage(CnnEvaluation evaluation)
    {
        var html = new HtmlBuilder();
        var points = evaluation.Coverage.Points;
        var chart = new SvgChart(Share("Share of the images that it answers, the surest first", [0, 1]),
            Share("Accuracy of the answers", [.. points.Select(point => point.Accuracy), 1]));
        chart.Line(points.Select(point => (point.Coverage, point.Accuracy)), "best", "Accuracy over coverage");
        foreach (var point in points.Take(1).Where(_ => points.Count == 1))
            chart.Point(point.Coverage, point.Accuracy, "best", ReportFigures.Percent(point.Accuracy));
        double[] coverages = [0.5, 0.8, 0.9, 0.95, 1];
        CnnCoveragePoint[] some = [.. coverages.Select(evaluation.Coverage.AtCoverage).Distinct()];
        chart.Write(html, "selective", "Accuracy over the share of images that are answered", string.Join(" ", some.Select(point =>
            $"{ReportFigures.Percent(point.Coverage)} answered: {ReportFigures.Percent(point.Accuracy)} right.")),
            "From the left: the images that the network is surest of. Where the line falls, its probabilities tell right from wrong; a level line would mean "
            + "that they do not. The threshold is the probability from which on it answers.");
        HtmlTable.Write(html, $"Area under the curve of wrong answers: {ReportFigures.Number(evaluation.Coverage.Area)}",
        [
            HtmlColumn<CnnCoveragePoint>.Number("Answered", point => ReportFigures.Percent(point.Coverage)),
            HtmlColumn<CnnCoveragePoint>.Number("Right of these", point => ReportFigures.Percent(point.Accuracy)),
            HtmlColumn<CnnCoveragePoint>.Number("Threshold", point => ReportFigures.Number(point.Threshold)),
        ], some);
        return html;
    }

    private static void Bins(HtmlBuilder html, string caption, IReadOnlyList<CalibrationBin> bins) => HtmlTable.Write(html, caption,
    [
        HtmlColumn<CalibrationBin>.Number("From", bin => ReportFigures.Percent(bin.Lower)),
        HtmlColumn<CalibrationBin>.Number("To", bin => ReportFigures.Percent(bin.Upper)),
        HtmlColumn<CalibrationBin>.Number("Images", bin => ReportFigures.Count(bin.Images)),
        HtmlColumn<CalibrationBin>.Number("Mean probability", bin => ReportFigures.Percent(bin.Probability)),
        HtmlColumn<CalibrationBin>.Number("Right", bin => ReportFigures.Percent(bin.Accuracy)),
    ], bins);

    private static ChartAxis Share(string title, IEnumerable<double> values) =>
        new(title, values, isLogarithmic: false, value => FormattableString.Invariant($"{value * 100:0.##} %"), least: 0, most: 1);
}
