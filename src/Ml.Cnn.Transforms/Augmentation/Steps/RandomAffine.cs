using System.Text.Json.Serialization;
using Ml.Cnn.Transforms.Augmentation;
using Ml.Cnn.Transforms.Augmentation.Pixels;

namespace Ml.Cnn.Transforms;

/// <summary>Turns, shifts, scales and shears the image around its middle, all in one. Its size stays.</summary>
public sealed record RandomAffine : AugmentationStep
{
    /// <summary>Makes the step. What is left out does not happen.</summary>
    /// <param name="degrees">The angle in degrees, clockwise, within (−360, 360).</param>
    /// <param name="translateX">The largest shift to the left and right, as a share of the width, from 0 to 1.</param>
    /// <param name="translateY">The largest shift up and down, as a share of the height, from 0 to 1.</param>
    /// <param name="scale">The factor of the size, from 0.01 to 100. Default (1, 1).</param>
    /// <param name="shearX">The horizontal shear in degrees, within (−89, 89).</param>
    /// <param name="shearY">The vertical shear in degrees, within (−89, 89).</param>
    /// <param name="fill">The color of what comes into sight, 0xRRGGBB. Default black.</param>
    /// <param name="sampling">How pixels between pixels are computed. Default bilinear.</param>
    /// <exception cref="ArgumentOutOfRangeException">A value is out of its range.</exception>
    public RandomAffine(Interval degrees = default, double translateX = 0, double translateY = 0, Interval scale = default,
        Interval shearX = default, Interval shearY = default, int fill = 0, WarpSampling sampling = WarpSampling.Bilinear)
    {
        Degrees = degrees.Checked(nameof(degrees), -360, 360);
        TranslateX = Share(translateX, nameof(translateX));
        TranslateY = Share(translateY, nameof(translateY));
        Scale = scale.OrDefault(1, 1).Checked(nameof(scale), 0.01, 100);
        ShearX = shearX.Checked(nameof(shearX), -89, 89);
        ShearY = shearY.Checked(nameof(shearY), -89, 89);
        Fill = FillColor.Checked(fill, nameof(fill));
        Sampling = sampling.Checked(nameof(sampling));

        static double Share(double value, string name) => value is >= 0 and <= 1
            ? value
            : throw new ArgumentOutOfRangeException(name, value, $"The largest shift {name} is a share of the side and must lie within 0 and 1.");
    }

    /// <summary>The angle in degrees, clockwise.</summary>
    public Interval Degrees { get; }

    /// <summary>The largest shift to the left and right, as a share of the width.</summary>
    public double TranslateX { get; }

    /// <summary>The largest shift up and down, as a share of the height.</summary>
    public double TranslateY { get; }

    /// <summary>The factor of the size.</summary>
    public Interval Scale { get; }

    /// <summary>The horizontal shear in degrees.</summary>
    public Interval ShearX { get; }

    /// <summary>The vertical shear in degrees.</summary>
    public Interval ShearY { get; }

    /// <summary>The color of what comes into sight, 0xRRGGBB.</summary>
    [JsonConverter(typeof(FillColorConverter))]
    public int Fill { get; }

    /// <summary>How pixels between pixels are computed.</summary>
    public WarpSampling Sampling { get; }

    internal override void Apply(AugmentationScratch scratch, ref AugmentationRandom random)
    {
        var degrees = random.Within(Degrees);
        var shiftX = Math.Round(random.Within((-TranslateX * scratch.Width, TranslateX * scratch.Width)));
        var shiftY = Math.Round(random.Within((-TranslateY * scratch.Height, TranslateY * scratch.Height)));
        var projection = Projection.Affine(scratch.Width / 2.0, scratch.Height / 2.0, degrees, shiftX, shiftY, random.Within(Scale), random.Within(ShearX),
            random.Within(ShearY));
        Warp.Apply(scratch, projection, Sampling, Fill);
    }
}
