namespace Ml.Cnn.Transforms.Augmentation.Pixels;

/// <summary>What a magnitude from 0 to 1 means for each operation. The numbers are those of torchvision, with Pillow's units.</summary>
internal static class MagnitudeScale
{
    /// <summary>AutoAugment's ranges (table 6), which RandAugment took over. Translations relate to the paper's images of 331 pixels.</summary>
    public static double Standard(PolicyOperation operation, double share, int width, int height) => operation switch
    {
        PolicyOperation.ShearX or PolicyOperation.ShearY => 0.3 * share,
        PolicyOperation.TranslateX => 150.0 / 331 * width * share,
        PolicyOperation.TranslateY => 150.0 / 331 * height * share,
        PolicyOperation.Rotate => 30 * share,
        PolicyOperation.Posterize => 8 - Math.Round(4 * share),
        PolicyOperation.Solarize => 255 - 255 * share,
        _ => 0.9 * share,
    };

    /// <summary>The wide ranges of TrivialAugment (Müller and Hutter, 2021, table 1). Translations are pixels.</summary>
    public static double Wide(PolicyOperation operation, double share) => operation switch
    {
        PolicyOperation.TranslateX or PolicyOperation.TranslateY => 32 * share,
        PolicyOperation.Rotate => 135 * share,
        PolicyOperation.Posterize => 8 - Math.Round(6 * share),
        PolicyOperation.Solarize => 255 - 255 * share,
        _ => 0.99 * share,
    };
}
