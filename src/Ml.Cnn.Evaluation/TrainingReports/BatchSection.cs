using Ml.Cnn.Evaluation.Pages;
using SkiaSharp;

namespace Ml.Cnn.Evaluation.TrainingReports;

/// <summary>The first images of a training as the network saw them.</summary>
internal static class BatchSection
{
    private const int LongestSide = 128; // of an image on the page, in pixels
    private const int SmallestSide = 64; // smaller ones are magnified by a whole number
    private const int Quality = 85;

    /// <param name="files">PNG files, "…/03 daisy.png".</param>
    public static HtmlBuilder Write(IReadOnlyList<string> files)
    {
        var html = new HtmlBuilder();
        html.Element("p", "The first images of the first batch, augmented, mixed, and turned back from normalized numbers into pixels. Are the colors right, "
            + "is what the class is about still to be seen, does it fill the image?");
        html.Open("ul", ("class", "pictures"));
        foreach (var file in files)
        {
            if (Picture(file) is not var (address, width, height))
                continue;
            var label = Path.GetFileNameWithoutExtension(file)[3..];
            html.Open("li").Open("figure").Open("img", ("src", address), ("alt", "A training image of " + label), ("width", width), ("height", height))
                .Element("figcaption", label).Close("figure").Close("li");
        }
        return html.Close("ul");
    }

    private static (string Address, string Width, string Height)? Picture(string file)
    {
        using var whole = SKBitmap.Decode(file);
        if (whole is null)
            return null; // a file that somebody else put there
        var longest = Math.Max(whole.Width, whole.Height);
        var scale = longest > LongestSide ? (double)LongestSide / longest : longest < SmallestSide ? (SmallestSide + longest - 1) / longest : 1;
        var size = new SKSizeI(Math.Max(1, (int)(whole.Width * scale)), Math.Max(1, (int)(whole.Height * scale)));
        using var shown = scale < 1 ? whole.Resize(size, SKFilterQuality.Medium) : null;
        using var data = scale < 1 ? shown!.Encode(SKEncodedImageFormat.Jpeg, Quality) : whole.Encode(SKEncodedImageFormat.Png, 100);
        return ((scale < 1 ? "data:image/jpeg;base64," : "data:image/png;base64,") + Convert.ToBase64String(data.AsSpan()), HtmlBuilder.Number(size.Width),
            HtmlBuilder.Number(size.Height));
    }
}
