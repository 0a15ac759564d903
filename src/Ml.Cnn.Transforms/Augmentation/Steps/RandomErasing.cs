using System.Runtime.InteropServices;
using System.Text.Json.Serialization;
using Ml.Cnn.Transforms.Augmentation;
using Ml.Cnn.Transforms.Geometry;

namespace Ml.Cnn.Transforms;

/// <summary>Covers a random rectangle with noise or a color (Zhong et al., Random Erasing Data Augmentation, 2017, section 3.2).</summary>
public sealed record RandomErasing : AugmentationStep
{
    private const int Tries = 10;

    /// <summary>Makes the step.</summary>
    /// <param name="probability">How often, from 0 to 1. Default 0.5.</param>
    /// <param name="scale">The rectangle's area as a share of the image's, above 0 and at most 1. Default (0.02, 0.33).</param>
    /// <param name="ratio">The rectangle's height divided by its width, above 0. Default (0.3, 3.3).</param>
    /// <param name="fill">The color, 0xRRGGBB. Null, the default, is noise: a random byte for every value, the paper's best.</param>
    /// <exception cref="ArgumentOutOfRangeException">A value is out of its range.</exception>
    public RandomErasing(double probability = 0.5, Interval scale = default, Interval ratio = default, int? fill = null)
    {
        Probability = CheckedProbability(probability, nameof(probability));
        Scale = scale.OrDefault(0.02, 0.33).Checked(nameof(scale), double.Epsilon, 1);
        Ratio = ratio.OrDefault(0.3, 3.3).Checked(nameof(ratio), 1e-3, 1e3);
        Fill = fill is { } color ? FillColor.Checked(color, nameof(fill)) : null;
    }

    /// <summary>How often a rectangle is covered.</summary>
    public double Probability { get; }

    /// <summary>The rectangle's area as a share of the image's.</summary>
    public Interval Scale { get; }

    /// <summary>The rectangle's height divided by its width.</summary>
    public Interval Ratio { get; }

    /// <summary>The color, 0xRRGGBB; null is noise.</summary>
    [JsonConverter(typeof(FillColorConverter))]
    public int? Fill { get; }

    internal override void Apply(AugmentationScratch scratch, ref AugmentationRandom random)
    {
        if (!random.NextBoolean(Probability) || Draw(scratch.Width, scratch.Height, ref random) is not { } box)
            return;
        var image = scratch.Image;
        for (var y = box.Y; y < box.Y + box.Height; y++)
        {
            var row = image.Pixels.Slice((y * image.Width + box.X) * image.Channels, box.Width * image.Channels);
            if (Fill is { } fill)
                FillColor.WriteAll(fill, row, image.Channels);
            else
                Noise(row, image.Channels, ref random);
        }
    }

    /// <summary>The rectangle for an image of that size; null if none was found that leaves something of the image.</summary>
    internal PixelRectangle? Draw(int width, int height, ref AugmentationRandom random)
    {
        for (var i = 0; i < Tries; i++)
        {
            var area = (double)width * height * random.Within(Scale);
            var ratio = random.WithinLogarithm(Ratio);
            var (w, h) = ((int)Math.Round(Math.Sqrt(area / ratio)), (int)Math.Round(Math.Sqrt(area * ratio)));
            if (w >= 1 && w < width && h >= 1 && h < height)
                return new(random.NextInteger(width - w + 1), random.NextInteger(height - h + 1), w, h);
        }
        return null;
    }

    private static void Noise(Span<byte> row, int channels, ref AugmentationRandom random)
    {
        var words = MemoryMarshal.Cast<byte, ulong>(row);
        foreach (ref var word in words)
            word = random.NextBits();
        for (var i = words.Length * sizeof(ulong); i < row.Length; i++)
            row[i] = (byte)random.NextBits();
        for (var i = 3; channels == 4 && i < row.Length; i += 4)
            row[i] = 255;
    }
}
