using Ml.Cnn.Transforms.Augmentation;

namespace Ml.Cnn.Transforms;

/// <summary>
/// Brings the image's short side to a random length (Simonyan and Zisserman, Very Deep Convolutional Networks, 2015,
/// section 3.1: between 256 and 512 for a network of 224), with its proportions kept. A <see cref="RandomCrop"/> follows.
/// </summary>
public sealed record ScaleJitter : AugmentationStep
{
    /// <summary>Makes the step.</summary>
    /// <param name="scale">
    /// The length of the image's short side as a multiple of the longer side of the network's input, from 0.1 to 100.
    /// (256.0 / 224, 512.0 / 224) is VGG's; a range of one value resizes without chance. Default (1, 1).
    /// </param>
    /// <param name="interpolation">The filter for resizing. Default bilinear.</param>
    /// <exception cref="ArgumentOutOfRangeException">The range runs downwards or leaves its bounds.</exception>
    public ScaleJitter(Interval scale = default, Interpolation interpolation = Interpolation.Bilinear)
    {
        Scale = scale.OrDefault(1, 1).Checked(nameof(scale), 0.1, 100);
        if (!Enum.IsDefined(interpolation))
            throw new ArgumentOutOfRangeException(nameof(interpolation), interpolation, "Unknown interpolation.");
        Interpolation = interpolation;
    }

    /// <summary>The short side as a multiple of the longer side of the network's input.</summary>
    public Interval Scale { get; }

    /// <summary>The filter for resizing.</summary>
    public Interpolation Interpolation { get; }

    internal override double? NeededScale => Scale.Maximum;

    internal override void Apply(AugmentationScratch scratch, ref AugmentationRandom random)
    {
        var input = Math.Max(scratch.Target.Width, scratch.Target.Height);
        // Every whole length between the ends is as likely as any other, as in the paper.
        var shortSide = random.NextInteger(Length(Scale.Minimum), Length(Scale.Maximum));
        var (width, height) = (scratch.Target with { ResizeShortSide = shortSide }).ResizedSize(scratch.Width, scratch.Height);
        scratch.Resize(width, height, Interpolation);

        int Length(double scale) => Math.Max(1, (int)Math.Round(scale * input));
    }
}
