using Ml.Cnn.Evaluation.Pages;
using static System.FormattableString;

namespace Ml.Cnn.Evaluation.Reports;

/// <summary>Two networks on the same images.</summary>
internal static class ReportComparison
{
    private const double Level = 0.05;

    public static HtmlBuilder Write(CnnModelComparison comparison, CnnEvaluationReportOptions options, ShownImages shown, ReportImages images)
    {
        var html = new HtmlBuilder();
        var (difference, other) = (comparison.Difference, options.AgainstTitle);
        html.Element("p", (difference.Value == 0 ? "Both have the same accuracy "
            : Invariant($"Its accuracy is {Math.Abs(difference.Value) * 100:0.0} points {(difference.Value < 0 ? "lower" : "higher")} "))
            + Invariant($"(the difference is {difference.Interval.Lower * 100:+0.0;−0.0;0.0} to {difference.Interval.Upper * 100:+0.0;−0.0;0.0} with 95 % ")
            + $"confidence; p {ReportFigures.Probability(comparison.PValue)}): "
            + (comparison.PValue < Level ? "more than chance." : "chance may explain that."), ("class", "lead"));
        HtmlTable.Write(html, "The same images, by which network has them right. McNemar's test looks at those that only one has.",
        [
            HtmlColumn<(string Which, int Count)>.Text("Right", row => row.Which, isHeading: true),
            HtmlColumn<(string Which, int Count)>.Number("Images", row => ReportFigures.Count(row.Count)),
            HtmlColumn<(string Which, int Count)>.Number("Share", row => ReportFigures.Percent((double)row.Count / comparison.Images)),
        ],
        [
            ("Both", comparison.BothRight), ("Only this network", comparison.OnlyThis.Count), ($"Only {other}", comparison.OnlyOther.Count),
            ("Neither", comparison.BothWrong),
        ]);
        html.Element("p", $"Both give the same answer, right or wrong, to {ReportFigures.Percent((double)comparison.SameAnswers / comparison.Images)}.");
        Some(html, "Only this network has right", shown.OnlyThis, comparison.OnlyThis.Count, images);
        Some(html, $"Only {other} has right", shown.OnlyOther, comparison.OnlyOther.Count, images);
        return html;
    }

    private static void Some(HtmlBuilder html, string heading, IReadOnlyList<CnnEvaluatedImage> some, int all, ReportImages images)
    {
        if (some.Count == 0)
            return;
        html.Open("details").Element("summary", some.Count < all ? $"{heading}: the first {some.Count} of {ReportFigures.Count(all)}"
            : $"{heading}: {ReportFigures.Images(all)}");
        ImageGallery.Write(html, some.Select(image => new GalleryImage(images.Thumbnail(image.Row), images.Name(image.Row),
            image.IsRight ? $"{image.Actual}, {ReportFigures.Percent(image.Probability)}"
                : $"{image.Actual}, here taken for {image.Predicted}, {ReportFigures.Percent(image.Probability)}")));
        html.Close("details");
    }
}
