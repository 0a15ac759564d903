using Ml.Cnn.Transforms.Augmentation;
using Ml.Cnn.Transforms.Geometry;

namespace Ml.Cnn.Transforms;

/// <summary>
/// A part of random area, proportions and place, brought to the network's input size (Szegedy et al., Going Deeper with
/// Convolutions, 2015, section 6). The draws follow torchvision's RandomResizedCrop.
/// </summary>
public sealed record RandomResizedCrop : AugmentationStep
{
    private const int Tries = 10;

    /// <summary>Makes the step.</summary>
    /// <param name="scale">The part's area as a share of the image's, above 0 and at most 1. Default (0.08, 1).</param>
    /// <param name="ratio">The part's width divided by its height, above 0; as often wide as high. Default (3/4, 4/3).</param>
    /// <param name="interpolation">The filter for resizing. Default bilinear.</param>
    /// <exception cref="ArgumentOutOfRangeException">A range runs downwards or leaves its bounds.</exception>
    public RandomResizedCrop(Interval scale = default, Interval ratio = default, Interpolation interpolation = Interpolation.Bilinear)
    {
        Scale = scale.OrDefault(0.08, 1).Checked(nameof(scale), double.Epsilon, 1);
        Ratio = ratio.OrDefault(3.0 / 4, 4.0 / 3).Checked(nameof(ratio), 1e-3, 1e3);
        if (!Enum.IsDefined(interpolation))
            throw new ArgumentOutOfRangeException(nameof(interpolation), interpolation, "Unknown interpolation.");
        Interpolation = interpolation;
    }

    /// <summary>The part's area as a share of the image's.</summary>
    public Interval Scale { get; }

    /// <summary>The part's width divided by its height.</summary>
    public Interval Ratio { get; }

    /// <summary>The filter for resizing.</summary>
    public Interpolation Interpolation { get; }

    // The shorter side of the smallest part, in an image of the same proportions as the input.
    internal override double? NeededScale => 1 / Math.Sqrt(Scale.Minimum * Math.Min(1, Math.Min(Ratio.Minimum, 1 / Ratio.Maximum)));

    // The same numbers draw the same part, but for rounding, of an image that is decoded at a smaller scale.
    internal override (int Width, int Height)? NeededSize(int width, int height, ImagePreprocessing target, AugmentationRandom random)
    {
        var part = Draw(width, height, ref random);
        return (Needed(width, part.Width, target.Width), Needed(height, part.Height, target.Height));

        static int Needed(int whole, int part, int target) => (int)Math.Min(int.MaxValue, ((long)whole * target + part - 1) / part);
    }

    internal override bool GivesTargetSize => true;

    internal override void Apply(AugmentationScratch scratch, ref AugmentationRandom random)
    {
        scratch.Crop(Draw(scratch.Width, scratch.Height, ref random));
        scratch.Resize(scratch.Target.Width, scratch.Target.Height, Interpolation);
    }

    /// <summary>The part of an image of that size.</summary>
    internal PixelRectangle Draw(int width, int height, ref AugmentationRandom random)
    {
        for (var i = 0; i < Tries; i++)
        {
            var area = (double)width * height * random.Within(Scale);
            var ratio = random.WithinLogarithm(Ratio);
            var (w, h) = (Math.Round(Math.Sqrt(area * ratio)), Math.Round(Math.Sqrt(area / ratio)));
            if (w >= 1 && w <= width && h >= 1 && h <= height)
                return new(random.NextInteger(width - (int)w + 1), random.NextInteger(height - (int)h + 1), (int)w, (int)h);
        }
        return Middle(width, height);
    }

    // An image of extreme proportions: its middle, as much as the ratio allows.
    private PixelRectangle Middle(int width, int height)
    {
        var (w, h) = (width, height);
        if ((double)width / height < Ratio.Minimum)
            h = Math.Clamp((int)Math.Round(width / Ratio.Minimum), 1, height);
        else if ((double)width / height > Ratio.Maximum)
            w = Math.Clamp((int)Math.Round(height * Ratio.Maximum), 1, width);
        return new((width - w) / 2, (height - h) / 2, w, h);
    }
}
