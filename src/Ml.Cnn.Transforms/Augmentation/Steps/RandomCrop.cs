using System.Text.Json.Serialization;
using Ml.Cnn.Transforms.Augmentation;
using Ml.Cnn.Transforms.Augmentation.Pixels;
using Ml.Cnn.Transforms.Geometry;

namespace Ml.Cnn.Transforms;

/// <summary>
/// A part of the network's input size, cut out at a random place, each as likely as any other (AlexNet, section 4.1). The
/// image keeps its scale: put <see cref="ScaleJitter"/> before. With a border around the image it is the shift of
/// He et al. (2016), section 4.2, for CIFAR.
/// </summary>
public sealed record RandomCrop : AugmentationStep
{
    /// <summary>Makes the step.</summary>
    /// <param name="padding">
    /// The border added on each side before cutting, as a share of the network's input size, from 0 (the default) to 1:
    /// CIFAR's 4 pixels of 32 are 0.125. An image that is still too small gets as much more as it needs.
    /// </param>
    /// <param name="border">What the border shows. Default: one color.</param>
    /// <param name="fill">That color as 0xRRGGBB. Default black.</param>
    /// <exception cref="ArgumentOutOfRangeException">A value is out of its range.</exception>
    public RandomCrop(double padding = 0, BorderMode border = BorderMode.Constant, int fill = 0)
    {
        if (padding is not (>= 0 and <= 1))
            throw new ArgumentOutOfRangeException(nameof(padding), padding, "The padding is a share of the input size and must lie within 0 and 1.");
        if (!Enum.IsDefined(border))
            throw new ArgumentOutOfRangeException(nameof(border), border, "Unknown kind of border.");
        (Padding, Border, Fill) = (padding, border, FillColor.Checked(fill, nameof(fill)));
    }

    /// <summary>The border on each side, as a share of the network's input size.</summary>
    public double Padding { get; }

    /// <summary>What the border shows.</summary>
    public BorderMode Border { get; }

    /// <summary>The border's color, 0xRRGGBB.</summary>
    [JsonConverter(typeof(FillColorConverter))]
    public int Fill { get; }

    internal override bool GivesTargetSize => true;

    internal override void Apply(AugmentationScratch scratch, ref AugmentationRandom random)
    {
        var (width, height) = (scratch.Target.Width, scratch.Target.Height);
        var (borderX, borderY) = (BorderOf(scratch.Width, width), BorderOf(scratch.Height, height));
        var x = random.NextInteger(scratch.Width + 2 * borderX - width + 1) - borderX;
        var y = random.NextInteger(scratch.Height + 2 * borderY - height + 1) - borderY;
        var crop = new PixelRectangle(x, y, width, height);
        if (crop.IsInside(scratch.Width, scratch.Height))
        {
            scratch.Crop(crop);
            return;
        }
        var source = scratch.Image;
        var cropped = scratch.Room(width, height);
        BorderedCrop.Copy(source, crop, Border, Fill, cropped);
        scratch.Take(cropped);
    }

    private int BorderOf(int size, int target)
    {
        var border = (int)Math.Round(Padding * target);
        return border + Math.Max(0, (target - size - 2 * border + 1) / 2);
    }
}

/// <summary>What lies around an image.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<BorderMode>))]
public enum BorderMode
{
    /// <summary>One color.</summary>
    Constant,

    /// <summary>The image's mirror image; the outermost pixels are not repeated.</summary>
    Reflect,
}
