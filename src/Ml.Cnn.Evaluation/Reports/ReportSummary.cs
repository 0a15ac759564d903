using Ml.Cnn.Evaluation.Pages;
using static System.FormattableString;

namespace Ml.Cnn.Evaluation.Reports;

/// <summary>The findings in sentences, and the measures of the whole in a table.</summary>
internal static class ReportSummary
{
    private const double WantedAccuracy = 0.99;

    public static HtmlBuilder Write(CnnEvaluation evaluation)
    {
        var html = new HtmlBuilder();
        html.Element("p", $"It is right for {ReportFigures.Percent(evaluation.Accuracy.Value)} of the images, and would be for "
            + $"{ReportFigures.PercentInterval(evaluation.Accuracy.Interval)} of others of the same kind.", ("class", "lead"));
        html.Open("ul", ("class", "facts"));
        foreach (var fact in Facts(evaluation))
            html.Element("li", fact);
        html.Close("ul");
        HtmlTable.Write(html, "All images together. Intervals hold what another choice of images would change, with 95 % confidence.",
        [
            HtmlColumn<Measure>.Text("Measure", measure => measure.Name, isHeading: true),
            HtmlColumn<Measure>.Number("Value", measure => measure.Value),
            HtmlColumn<Measure>.Number("Interval", measure => measure.Interval),
            HtmlColumn<Measure>.Sentences("What it is", measure => measure.Explanation),
        ], Measures(evaluation));
        return html;
    }

    private sealed record Measure(string Name, string Value, string Interval, string Explanation);

    private static IEnumerable<string> Facts(CnnEvaluation evaluation)
    {
        if (evaluation.Confusion.MostConfused(1) is [var pair])
            yield return $"The most frequent mistake: {pair.Actual} taken for {pair.Predicted}, {ReportFigures.Images(pair.Images)}, "
                + $"{ReportFigures.Percent(pair.Share)} of all {pair.Actual}.";
        if (evaluation.Classes.Where(one => one.Support > 0).MinBy(one => one.Recall.Value) is { Recall.Value: < 1 } worst && evaluation.Classes.Count > 2)
            yield return $"The class that is found least often: {worst.Name}, {ReportFigures.Percent(worst.Recall.Value)} of {worst.Support}.";
        var sure = evaluation.Coverage.AtCoverage(1).Accuracy;
        var mean = evaluation.Calibration.EqualWidth.Where(bin => bin.Images > 0).Sum(bin => bin.Images * bin.Probability) / evaluation.Images;
        yield return $"It says {ReportFigures.Percent(mean)} in the mean and is right for {ReportFigures.Percent(sure)}: "
            + (Math.Abs(mean - sure) < 0.005 ? "its probabilities are about right in the mean." : mean > sure ? "it is too sure." : "it is not sure enough.");
        if (sure < WantedAccuracy)
        {
            yield return evaluation.Coverage.WithAccuracy(WantedAccuracy) is { } point
                ? Invariant($"If it answers only where it is sure of {point.Threshold * 100:0.0} % or more, it answers ")
                    + $"{ReportFigures.Percent(point.Coverage)} of the images and is right for {ReportFigures.Percent(point.Accuracy)} of them."
                : $"Not even the images that it is surest of are right for {ReportFigures.Percent(WantedAccuracy)}.";
        }
        if (evaluation.Costs is { } costs)
            yield return Invariant($"An image costs {costs.MeanCost.Value:0.0000} in the mean, and {costs.LeastExpectedCost.Value:0.0000} if the class of ")
                + "least expected cost is taken.";
    }

    private static IEnumerable<Measure> Measures(CnnEvaluation evaluation)
    {
        foreach (var (place, top) in evaluation.TopAccuracy.Index())
            yield return new(place == 0 ? "Accuracy" : $"Top-{place + 1} accuracy", ReportFigures.Percent(top.Value),
                ReportFigures.PercentInterval(top.Interval),
                place == 0 ? "The class with the highest score is right." : $"The right class is among the {place + 1} highest scores.");
        yield return new("Macro accuracy", ReportFigures.Percent(evaluation.MacroAccuracy.Value),
            ReportFigures.PercentInterval(evaluation.MacroAccuracy.Interval), "The mean of the classes' recalls: every class counts the same.");
        yield return new("Macro F1", ReportFigures.Percent(evaluation.MacroF1.Value), ReportFigures.PercentInterval(evaluation.MacroF1.Interval),
            "The mean of the classes' F1.");
        yield return new("Log loss", ReportFigures.Number(evaluation.LogLoss.Value), ReportFigures.NumberInterval(evaluation.LogLoss.Interval),
            "The mean of −ln of the right class's probability: sure mistakes weigh most.");
        yield return new("Brier score", ReportFigures.Number(evaluation.Calibration.BrierScore), ReportFigures.Unknown,
            "The mean squared distance of the probabilities from the truth, 0 to 2.");
        yield return new("Calibration error", ReportFigures.Percent(evaluation.Calibration.Error), ReportFigures.Unknown,
            "By how much probabilities and shares of right answers differ, over 15 bins of equal width.");
    }
}
