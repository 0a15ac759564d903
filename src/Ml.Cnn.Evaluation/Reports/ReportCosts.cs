using Ml.Cnn.Evaluation.Pages;
using static System.FormattableString;

namespace Ml.Cnn.Evaluation.Reports;

/// <summary>What mistakes cost.</summary>
internal static class ReportCosts
{
    public static HtmlBuilder Write(CnnCostEvaluation costs)
    {
        var html = new HtmlBuilder();
        html.Element("p", Invariant($"An image costs {costs.MeanCost.Value:0.0000} in the mean ({costs.MeanCost.Interval}). ")
            + Invariant($"If every image were taken for the class of least expected cost instead of the most probable one, it would cost ")
            + Invariant($"{costs.LeastExpectedCost.Value:0.0000} ({costs.LeastExpectedCost.Interval}), and {ReportFigures.Images(costs.ChangedImages)} would ")
            + "be taken for another class. That needs probabilities that can be believed.");
        if (costs.Costliest.Count > 0)
        {
            HtmlTable.Write(html, "The mistakes that cost most altogether",
            [
                HtmlColumn<CnnCostlyMistake>.Text("Class", mistake => mistake.Actual, isHeading: true),
                HtmlColumn<CnnCostlyMistake>.Text("Taken for", mistake => mistake.Predicted),
                HtmlColumn<CnnCostlyMistake>.Number("Images", mistake => ReportFigures.Count(mistake.Images)),
                HtmlColumn<CnnCostlyMistake>.Number("Cost", mistake => Invariant($"{mistake.Cost:#,0.##}")),
            ], costs.Costliest);
        }
        return html;
    }
}
