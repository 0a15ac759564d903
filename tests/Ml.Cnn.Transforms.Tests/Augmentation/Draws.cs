using Ml.Cnn.Transforms.Augmentation;
using Ml.Cnn.Transforms.Decoding;

namespace Ml.Cnn.Transforms.Tests.Augmentation;

/// <summary>Repeats a step and asks what its draws look like together.</summary>
internal static class Draws
{
    /// <summary>Printed by every failed assertion, so that a failure can be repeated.</summary>
    public const int Seed = 20241;

    /// <summary>An image whose red is the column and whose green is the row: a pixel tells where it came from.</summary>
    public static PixelImage Coordinates(int width, int height)
    {
        var image = new PixelImage(width, height, 3);
        for (var i = 0; i < width * height; i++)
            (image.Pixels[i * 3], image.Pixels[i * 3 + 1], image.Pixels[i * 3 + 2]) = ((byte)(i % width), (byte)(i / width), 100);
        return image;
    }

    /// <summary>An image of one color.</summary>
    public static PixelImage Plain(int width, int height, byte red, byte green, byte blue)
    {
        var image = new PixelImage(width, height, 3);
        for (var i = 0; i < width * height; i++)
            (image.Pixels[i * 3], image.Pixels[i * 3 + 1], image.Pixels[i * 3 + 2]) = (red, green, blue);
        return image;
    }

    /// <summary>
    /// What one step makes of an image; the network's input is <paramref name="width"/> × <paramref name="height"/>, by default the image's size.
    /// </summary>
    public static PixelImage Apply(AugmentationStep step, PixelImage source, ulong row, int epoch = 0, int? width = null, int? height = null)
    {
        var scratch = new AugmentationScratch();
        scratch.Begin(source, new() { Width = width ?? source.Width, Height = height ?? source.Height, Channels = source.Channels });
        var random = new AugmentationRandom(Seed, epoch, row);
        step.Apply(scratch, ref random);
        return scratch.Image;
    }

    /// <summary>A number read off each of many results.</summary>
    public static double[] Read(AugmentationStep step, PixelImage source, int count, Func<PixelImage, double> read, int? size = null) =>
        [.. Enumerable.Range(0, count).Select(row => read(Apply(step, source, (ulong)row, 0, size, size)))];

    /// <summary>Within the range, near both ends, and with the range's middle as the mean.</summary>
    public static void AssertUniform(double[] values, double minimum, double maximum, double tolerance, string what)
    {
        var span = maximum - minimum;
        Assert.IsGreaterThanOrEqualTo(minimum - tolerance, values.Min(), $"{what}: smallest (seed {Seed})");
        Assert.IsLessThanOrEqualTo(maximum + tolerance, values.Max(), $"{what}: largest (seed {Seed})");
        Assert.IsLessThanOrEqualTo(minimum + tolerance + span * 0.05, values.Min(), $"{what}: the lower end is reached (seed {Seed})");
        Assert.IsGreaterThanOrEqualTo(maximum - tolerance - span * 0.05, values.Max(), $"{what}: the upper end is reached (seed {Seed})");
        // Four standard errors of the mean of a uniform distribution.
        Assert.AreEqual((minimum + maximum) / 2, values.Average(), tolerance + 4 * span / Math.Sqrt(12.0 * values.Length), $"{what}: mean (seed {Seed})");
    }

    /// <summary>Each of the outcomes equally often, by a chi-square test at about one in ten thousand.</summary>
    public static void AssertEqualShares(IEnumerable<int> outcomes, int kinds, string what)
    {
        var counts = new int[kinds];
        var total = 0;
        foreach (var outcome in outcomes)
        {
            counts[outcome]++;
            total++;
        }
        var expected = (double)total / kinds;
        var chiSquare = counts.Sum(c => (c - expected) * (c - expected) / expected);
        // Wilson and Hilferty's approximation of the quantile.
        var freedom = kinds - 1.0;
        var limit = freedom * Math.Pow(1 - 2 / (9 * freedom) + 3.72 * Math.Sqrt(2 / (9 * freedom)), 3);
        Assert.IsLessThan(limit, chiSquare, $"{what}: chi-square over {kinds} kinds (seed {Seed}); counts {string.Join(", ", counts)}");
    }

    /// <summary>As often as the probability says, within four standard errors.</summary>
    public static void AssertFrequency(double probability, int hits, int count, string what) =>
        Assert.AreEqual(probability, (double)hits / count, 4 * Math.Sqrt(probability * (1 - probability) / count) + 1e-9, $"{what} (seed {Seed})");
}
