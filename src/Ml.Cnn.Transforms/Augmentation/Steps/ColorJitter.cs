using Ml.Cnn.Transforms.Augmentation;
using Ml.Cnn.Transforms.Augmentation.Pixels;

namespace Ml.Cnn.Transforms;

/// <summary>
/// Changes brightness, contrast, saturation and hue by random factors and in random order (Howard, Some Improvements on
/// Deep Convolutional Neural Network Based Image Classification, 2013, section 2). Parameters and results are
/// torchvision's. Of gray images only brightness and contrast change.
/// </summary>
public sealed record ColorJitter : AugmentationStep
{
    /// <summary>Makes the step. What is left out does not change.</summary>
    /// <param name="brightness">How much: the factor lies within [max(0, 1 − value), 1 + value]. From 0 to 10.</param>
    /// <param name="contrast">The same for contrast.</param>
    /// <param name="saturation">The same for saturation.</param>
    /// <param name="hue">How far hues turn either way, in turns of the color wheel, from 0 to 0.5.</param>
    /// <exception cref="ArgumentOutOfRangeException">A value is out of its range.</exception>
    public ColorJitter(double brightness = 0, double contrast = 0, double saturation = 0, double hue = 0)
    {
        Brightness = Checked(brightness, nameof(brightness), 10);
        Contrast = Checked(contrast, nameof(contrast), 10);
        Saturation = Checked(saturation, nameof(saturation), 10);
        Hue = Checked(hue, nameof(hue), 0.5);

        static double Checked(double value, string name, double largest) => value >= 0 && value <= largest
            ? value
            : throw new ArgumentOutOfRangeException(name, value, $"The {name} must lie within 0 and {largest}.");
    }

    /// <summary>How much the brightness changes: 0.4 is by factors from 0.6 to 1.4.</summary>
    public double Brightness { get; }

    /// <summary>How much the contrast changes.</summary>
    public double Contrast { get; }

    /// <summary>How much the saturation changes.</summary>
    public double Saturation { get; }

    /// <summary>How far hues turn either way, in turns of the color wheel.</summary>
    public double Hue { get; }

    internal override void Apply(AugmentationScratch scratch, ref AugmentationRandom random)
    {
        Span<int> order = [0, 1, 2, 3];
        for (var i = 3; i > 0; i--)
        {
            var j = random.NextInteger(i + 1);
            (order[i], order[j]) = (order[j], order[i]);
        }
        foreach (var change in order)
        {
            switch (change)
            {
                case 0 when Brightness > 0:
                    ColorTables.Brightness(scratch, Factor(Brightness, ref random));
                    break;
                case 1 when Contrast > 0:
                    ColorTables.Contrast(scratch, Factor(Contrast, ref random));
                    break;
                case 2 when Saturation > 0:
                    SaturationAdjustment.Adjust(scratch.Image, Factor(Saturation, ref random));
                    break;
                case 3 when Hue > 0:
                    HueRotation.Apply(scratch.Image, random.Within((-Hue, Hue)));
                    break;
            }
        }
    }

    private static double Factor(double strength, ref AugmentationRandom random) => random.Within((Math.Max(0, 1 - strength), 1 + strength));
}
