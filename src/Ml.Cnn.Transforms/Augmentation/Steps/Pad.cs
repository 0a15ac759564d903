using System.Text.Json.Serialization;
using Ml.Cnn.Transforms.Augmentation;
using Ml.Cnn.Transforms.Augmentation.Pixels;

namespace Ml.Cnn.Transforms;

/// <summary>A border around the image, which grows by it. Without chance, so it belongs to scoring too. Agrees with torchvision's Pad.</summary>
public sealed record Pad : AugmentationStep
{
    private const int Most = 4096;

    /// <summary>Makes the step.</summary>
    /// <param name="padding">The border's width on each side, in pixels of the image as it is then, from 0 to 4096.</param>
    /// <param name="border">What the border shows. Default: one color.</param>
    /// <param name="fill">That color as 0xRRGGBB. Default black.</param>
    /// <exception cref="ArgumentOutOfRangeException">A value is out of its range.</exception>
    public Pad(int padding, BorderMode border = BorderMode.Constant, int fill = 0)
    {
        if (padding is < 0 or > Most)
            throw new ArgumentOutOfRangeException(nameof(padding), padding, $"The padding must lie within 0 and {Most} pixels.");
        if (!Enum.IsDefined(border))
            throw new ArgumentOutOfRangeException(nameof(border), border, "Unknown kind of border.");
        (Padding, Border, Fill) = (padding, border, FillColor.Checked(fill, nameof(fill)));
    }

    /// <summary>The border's width on each side, in pixels.</summary>
    public int Padding { get; }

    /// <summary>What the border shows.</summary>
    public BorderMode Border { get; }

    /// <summary>The border's color, 0xRRGGBB.</summary>
    [JsonConverter(typeof(FillColorConverter))]
    public int Fill { get; }

    internal override bool IsRandom => false;

    internal override bool ChangesSize => true;

    internal override void Apply(AugmentationScratch scratch, ref AugmentationRandom random)
    {
        var source = scratch.Image;
        var padded = scratch.Room(source.Width + 2 * Padding, source.Height + 2 * Padding);
        BorderedCrop.Copy(source, new(-Padding, -Padding, padded.Width, padded.Height), Border, Fill, padded);
        scratch.Take(padded);
    }
}
