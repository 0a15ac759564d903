using Ml.Cnn.Evaluation.Pages;

namespace Ml.Cnn.Evaluation.Reports;

/// <summary>A row for each class.</summary>
internal static class ReportClasses
{
    public static HtmlBuilder Write(CnnEvaluation evaluation)
    {
        var html = new HtmlBuilder();
        html.Element("p", "Precision: of the images taken for the class, the share that are of it. Recall: of its images, the share that are taken for it. "
            + "F1 is the harmonic mean of both. Average precision and ROC area say how well the class's scores put its images before all others, whatever the "
            + "other classes' scores are.");
        HtmlTable.Write(html, "Every class, in the order of the scores",
        [
            HtmlColumn<CnnClassEvaluation>.Text("Class", one => one.Name, isHeading: true),
            HtmlColumn<CnnClassEvaluation>.Number("Images", one => ReportFigures.Count(one.Support)),
            HtmlColumn<CnnClassEvaluation>.Number("Precision", one => ReportFigures.Percent(one.Precision.Value)),
            HtmlColumn<CnnClassEvaluation>.Number("95 %", one => ReportFigures.PercentInterval(one.Precision.Interval), "Interval of the precision"),
            HtmlColumn<CnnClassEvaluation>.Number("Recall", one => ReportFigures.Percent(one.Recall.Value)),
            HtmlColumn<CnnClassEvaluation>.Number("95 %", one => ReportFigures.PercentInterval(one.Recall.Interval), "Interval of the recall"),
            HtmlColumn<CnnClassEvaluation>.Number("F1", one => ReportFigures.Percent(one.F1)),
            HtmlColumn<CnnClassEvaluation>.Number("Average precision", one => ReportFigures.Percent(one.AveragePrecision)),
            HtmlColumn<CnnClassEvaluation>.Number("ROC area", one => ReportFigures.Number(one.RocArea)),
        ], evaluation.Classes);
        return html;
    }
}
