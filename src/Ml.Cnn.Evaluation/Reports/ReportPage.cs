using Ml.Cnn.Evaluation.Pages;

namespace Ml.Cnn.Evaluation.Reports;

/// <summary>report.html: what an evaluation found out, in words, tables, charts and images.</summary>
/// <param name="evaluation">The evaluation.</param>
/// <param name="comparison">With another network; null: none.</param>
/// <param name="options">What is shown.</param>
internal sealed class ReportPage(CnnEvaluation evaluation, CnnModelComparison? comparison, CnnEvaluationReportOptions options)
{
    public string Write()
    {
        var shown = ShownImages.Choose(evaluation, comparison, options);
        var images = ReportImages.Read(shown, options);
        List<HtmlSection> sections = [new("summary", "Summary", ReportSummary.Write(evaluation))];
        if (comparison is not null)
            sections.Add(new("comparison", $"Against {options.AgainstTitle}", ReportComparison.Write(comparison, options, shown, images)));
        if (shown.Worst.Count > 0)
            sections.Add(new("worst", "The worst mistakes", ReportMistakes.Write(shown, images, evaluation.ClassNames, options)));
        sections.Add(new("matrix", "What is taken for what", ReportMatrix.Write(evaluation.Confusion, shown, images)));
        sections.Add(new("classes", "Class by class", ReportClasses.Write(evaluation)));
        sections.Add(new("calibration", "Whether probabilities can be believed", ReportCurves.Calibration(evaluation.Calibration)));
        sections.Add(new("coverage", "If unsure images go to a person", ReportCurves.Coverage(evaluation)));
        if (evaluation.Costs is { } costs)
            sections.Add(new("costs", "What mistakes cost", ReportCosts.Write(costs)));
        var left = evaluation.Unlabeled + evaluation.NotScored;
        return HtmlPage.Write(options.Title, $"{ReportFigures.Images(evaluation.Images)} of {evaluation.ClassNames.Count} classes"
            + (left > 0 ? $" · {ReportFigures.Count(left)} left out: {evaluation.Unlabeled} without a label, {evaluation.NotScored} without a score" : ""),
            sections);
    }
}
