using Ml.Cnn.Evaluation.Pages;

namespace Ml.Cnn.Evaluation.Reports;

/// <summary>The mistakes that the network is surest of.</summary>
internal static class ReportMistakes
{
    public static HtmlBuilder Write(ShownImages shown, ReportImages images, IReadOnlyList<string> classes, CnnEvaluationReportOptions options)
    {
        var html = new HtmlBuilder();
        html.Element("p", "The network is surest of these, and wrong. Look first whether the labels are right: where they are not, the data is to be mended. "
            + "Each leads to all images of its kind.");
        var pictures = options.DrawPictures?.Invoke(shown.Worst);
        if (pictures is not null && pictures.Count != shown.Worst.Count)
        {
            throw new ArgumentException($"DrawPictures was given {shown.Worst.Count} images and gave {pictures.Count} pictures: it must give one for each, or "
                + "null in its place.", nameof(options));
        }
        var places = classes.Index().ToDictionary(one => one.Item, one => one.Index);
        ImageGallery.Write(html, shown.Worst.Select((image, i) => new GalleryImage(images.Thumbnail(image.Row), images.Name(image.Row),
            $"{image.Actual}, taken for {image.Predicted}, {ReportFigures.Percent(image.Probability)}",
            FormattableString.Invariant($"c{places[image.Actual]}-{places[image.Predicted]}"),
            pictures?[i] is { } picture ? Thumbnail.Of(picture) : null)));
        return html;
    }
}
