using System.Text.Json.Serialization;
using Ml.Cnn.Transforms.Augmentation;
using Ml.Cnn.Transforms.Augmentation.Pixels;

namespace Ml.Cnn.Transforms;

/// <summary>Turns the image around its middle. Its size stays; corners are cut off, and what comes into sight is filled.</summary>
public sealed record RandomRotation : AugmentationStep
{
    /// <summary>Makes the step.</summary>
    /// <param name="degrees">The angle in degrees, counter-clockwise, within (−360, 360): (−15, 15), for instance.</param>
    /// <param name="fill">The color of what comes into sight, 0xRRGGBB. Default black.</param>
    /// <param name="sampling">How pixels between pixels are computed. Default bilinear.</param>
    /// <exception cref="ArgumentOutOfRangeException">The range runs downwards or leaves its bounds.</exception>
    public RandomRotation(Interval degrees, int fill = 0, WarpSampling sampling = WarpSampling.Bilinear) =>
        (Degrees, Fill, Sampling) = (degrees.Checked(nameof(degrees), -360, 360), FillColor.Checked(fill, nameof(fill)), sampling.Checked(nameof(sampling)));

    /// <summary>The angle in degrees, counter-clockwise.</summary>
    public Interval Degrees { get; }

    /// <summary>The color of what comes into sight, 0xRRGGBB.</summary>
    [JsonConverter(typeof(FillColorConverter))]
    public int Fill { get; }

    /// <summary>How pixels between pixels are computed.</summary>
    public WarpSampling Sampling { get; }

    internal override void Apply(AugmentationScratch scratch, ref AugmentationRandom random) =>
        Warp.Apply(scratch, Projection.Rotation(random.Within(Degrees), scratch.Width, scratch.Height), Sampling, Fill);
}
