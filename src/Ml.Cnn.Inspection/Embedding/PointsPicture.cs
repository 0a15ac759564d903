using Ml.Cnn.Trainers.Training.Reporting;
using OxyPlot;
using OxyPlot.Axes;
using OxyPlot.Legends;
using OxyPlot.Series;
using SkiaSharp;

namespace Ml.Cnn.Inspection.Embedding;

/// <summary>Draws images as points in the plane, each label in a color.</summary>
internal static class PointsPicture
{
    private const int FewImages = 2000; // of which larger points can be told apart
    private const string OtherLabels = "others";
    private const string NoLabel = "no label";

    private static readonly OxyColor s_gray = OxyColor.FromRgb(0xb0, 0xb0, 0xb0);

    // Tableau's twenty colors, the strong ones before the pale ones, without its grays.
    private static readonly OxyColor[] s_colors = [.. ((uint[])
    [
        0x1f77b4, 0xff7f0e, 0x2ca02c, 0xd62728, 0x9467bd, 0x8c564b, 0xe377c2, 0xbcbd22, 0x17becf, 0x393b79,
        0xaec7e8, 0xffbb78, 0x98df8a, 0xff9896, 0xc5b0d5, 0xc49c94, 0xf7b6d2, 0xdbdb8d, 0x9edae5, 0x637939,
    ]).Select(color => OxyColor.FromUInt32(0xff000000 | color))];

    /// <summary>Draws them.</summary>
    /// <param name="embedding">The images.</param>
    /// <param name="width">In pixels.</param>
    /// <param name="height">In pixels.</param>
    /// <returns>A PNG file.</returns>
    public static byte[] Draw(CnnEmbedding embedding, int width, int height)
    {
        using var image = ChartStyle.Draw(Chart(embedding), width, height);
        using var file = image.Encode(SKEncodedImageFormat.Png, quality: 100);
        return file.ToArray();
    }

    private static PlotModel Chart(CnnEmbedding embedding)
    {
        var chart = ChartStyle.Chart($"{embedding.Layer}: {embedding.Length} features of {embedding.Images.Count} images");
        chart.Axes.Add(Axis(AxisPosition.Bottom, "First", embedding.FirstShare));
        chart.Axes.Add(Axis(AxisPosition.Left, "Second", embedding.SecondShare));
        foreach (var series in Series(embedding))
            chart.Series.Add(series);
        if (embedding.Labels.Count > 0)
        {
            chart.Legends.Add(new Legend
            {
                LegendPlacement = LegendPlacement.Outside,
                LegendPosition = LegendPosition.RightTop,
                LegendFontSize = 13,
            });
        }
        return chart;
    }

    private static LinearAxis Axis(AxisPosition position, string component, double share)
    {
        var axis = ChartStyle.Axis(position, FormattableString.Invariant($"{component} component, {share * 100:0.#} % of the variance"));
        (axis.MinimumPadding, axis.MaximumPadding) = (0.03, 0.03);
        return axis;
    }

    private static IEnumerable<ScatterSeries> Series(CnnEmbedding embedding)
    {
        // Of more labels than colors, those of most images have one.
        var counts = embedding.Images.Select(image => image.Label).OfType<string>().CountBy(label => label);
        var named = counts.OrderByDescending(pair => pair.Value).Take(s_colors.Length).Select(pair => pair.Key).ToHashSet();
        string[] inOrder = [.. embedding.Labels.Where(named.Contains)];
        var byLabel = embedding.Images.ToLookup(image => image.Label is null ? NoLabel : named.Contains(image.Label) ? image.Label : OtherLabels);
        var size = embedding.Images.Count <= FewImages ? 3 : 2;
        foreach (var rest in (string[])[NoLabel, OtherLabels]) // below the others
        {
            if (!named.Contains(rest) && byLabel.Contains(rest))
                yield return Points(rest, s_gray, byLabel[rest], size);
        }
        foreach (var (i, label) in inOrder.Index())
            yield return Points(label, s_colors[i], byLabel[label], size);
    }

    private static ScatterSeries Points(string title, OxyColor color, IEnumerable<CnnEmbeddedImage> images, double size)
    {
        var points = new ScatterSeries { Title = title, MarkerType = MarkerType.Circle, MarkerFill = color, MarkerSize = size };
        points.Points.AddRange(images.Select(image => new ScatterPoint(image.X, image.Y)));
        return points;
    }
}
