using Ml.Cnn.Transforms;

namespace Microsoft.ML;

public static partial class ImageAugmentationCatalog
{
    /// <summary>Changes brightness, contrast, saturation and hue at random. See <see cref="Ml.Cnn.Transforms.ColorJitter"/>.</summary>
    /// <param name="catalog">The catalog.</param>
    /// <param name="outputColumnName">The column of augmented images.</param>
    /// <param name="inputColumnName">A column of images (MLImage). Default: the output column's name.</param>
    /// <param name="brightness">How much: 0.4 is by factors from 0.6 to 1.4. Default 0: not at all.</param>
    /// <param name="contrast">The same for contrast.</param>
    /// <param name="saturation">The same for saturation.</param>
    /// <param name="hue">How far hues turn either way, in turns of the color wheel, from 0 to 0.5. Default 0.</param>
    /// <param name="seed">Fixes the draws together with the epoch and the row. Default: the MLContext's, or 0.</param>
    /// <exception cref="ArgumentException">A value is out of its range.</exception>
    public static ImageAugmentingEstimator ColorJitter(this TransformsCatalog catalog, string outputColumnName, string? inputColumnName = null,
        double brightness = 0, double contrast = 0, double saturation = 0, double hue = 0, int? seed = null) =>
        catalog.AugmentImages(outputColumnName, inputColumnName, new ImageAugmentation([new ColorJitter(brightness, contrast, saturation, hue)]), seed: seed);

    /// <summary>Changes the color of the light, as AlexNet's authors did. See <see cref="Ml.Cnn.Transforms.PcaColor"/>.</summary>
    /// <param name="catalog">The catalog.</param>
    /// <param name="outputColumnName">The column of augmented images.</param>
    /// <param name="inputColumnName">A column of images (MLImage). Default: the output column's name.</param>
    /// <param name="strength">The deviation of the Gaussian that components are multiplied with, from 0 to 10. Default 0.1.</param>
    /// <param name="components">The components of the colors. Default ImageNet's; <see cref="ColorComponents.Of"/> computes a data set's own.</param>
    /// <param name="seed">Fixes the draws together with the epoch and the row. Default: the MLContext's, or 0.</param>
    /// <exception cref="ArgumentException">A value is out of its range.</exception>
    public static ImageAugmentingEstimator PcaColor(this TransformsCatalog catalog, string outputColumnName, string? inputColumnName = null,
        double strength = 0.1, ColorComponents? components = null, int? seed = null) =>
        catalog.AugmentImages(outputColumnName, inputColumnName, new ImageAugmentation([new PcaColor(strength, components)]), seed: seed);

    /// <summary>Takes the color away at random.</summary>
    /// <param name="catalog">The catalog.</param>
    /// <param name="outputColumnName">The column of augmented images.</param>
    /// <param name="inputColumnName">A column of images (MLImage). Default: the output column's name.</param>
    /// <param name="probability">How often, from 0 to 1. Default 0.1.</param>
    /// <param name="seed">Fixes the draws together with the epoch and the row. Default: the MLContext's, or 0.</param>
    /// <exception cref="ArgumentException">A value is out of its range.</exception>
    public static ImageAugmentingEstimator RandomGrayscale(this TransformsCatalog catalog, string outputColumnName, string? inputColumnName = null,
        double probability = 0.1, int? seed = null) =>
        catalog.AugmentImages(outputColumnName, inputColumnName, new ImageAugmentation([new RandomGrayscale(probability)]), seed: seed);

    /// <summary>Some random operations after each other. See <see cref="Ml.Cnn.Transforms.RandAugment"/>.</summary>
    /// <param name="catalog">The catalog.</param>
    /// <param name="outputColumnName">The column of augmented images.</param>
    /// <param name="inputColumnName">A column of images (MLImage). Default: the output column's name.</param>
    /// <param name="count">How many operations, from 1 to 10. Default 2.</param>
    /// <param name="magnitude">How strong they are, from 0 to 30. Default 9.</param>
    /// <param name="fill">The color of what comes into sight, 0xRRGGBB. Default black.</param>
    /// <param name="sampling">How pixels between pixels are computed. Default nearest.</param>
    /// <param name="seed">Fixes the draws together with the epoch and the row. Default: the MLContext's, or 0.</param>
    /// <exception cref="ArgumentException">A value is out of its range.</exception>
    public static ImageAugmentingEstimator RandAugment(this TransformsCatalog catalog, string outputColumnName, string? inputColumnName = null,
        int count = 2, int magnitude = 9, int fill = 0, WarpSampling sampling = WarpSampling.Nearest, int? seed = null) =>
        catalog.AugmentImages(outputColumnName, inputColumnName, new ImageAugmentation([new RandAugment(count, magnitude, fill, sampling)]), seed: seed);

    /// <summary>One random operation of random strength. See <see cref="Ml.Cnn.Transforms.TrivialAugmentWide"/>.</summary>
    /// <param name="catalog">The catalog.</param>
    /// <param name="outputColumnName">The column of augmented images.</param>
    /// <param name="inputColumnName">A column of images (MLImage). Default: the output column's name.</param>
    /// <param name="fill">The color of what comes into sight, 0xRRGGBB. Default black.</param>
    /// <param name="sampling">How pixels between pixels are computed. Default nearest.</param>
    /// <param name="seed">Fixes the draws together with the epoch and the row. Default: the MLContext's, or 0.</param>
    /// <exception cref="ArgumentException">A value is out of its range.</exception>
    public static ImageAugmentingEstimator TrivialAugmentWide(this TransformsCatalog catalog, string outputColumnName, string? inputColumnName = null,
        int fill = 0, WarpSampling sampling = WarpSampling.Nearest, int? seed = null) =>
        catalog.AugmentImages(outputColumnName, inputColumnName, new ImageAugmentation([new TrivialAugmentWide(fill, sampling)]), seed: seed);

    /// <summary>One of 25 learned pairs of operations. See <see cref="Ml.Cnn.Transforms.AutoAugment"/>.</summary>
    /// <param name="catalog">The catalog.</param>
    /// <param name="outputColumnName">The column of augmented images.</param>
    /// <param name="inputColumnName">A column of images (MLImage). Default: the output column's name.</param>
    /// <param name="policy">The data set that the pairs were learned on. Default ImageNet.</param>
    /// <param name="fill">The color of what comes into sight, 0xRRGGBB. Default black.</param>
    /// <param name="sampling">How pixels between pixels are computed. Default nearest.</param>
    /// <param name="seed">Fixes the draws together with the epoch and the row. Default: the MLContext's, or 0.</param>
    /// <exception cref="ArgumentException">A value is out of its range.</exception>
    public static ImageAugmentingEstimator AutoAugment(this TransformsCatalog catalog, string outputColumnName, string? inputColumnName = null,
        AutoAugmentPolicy policy = AutoAugmentPolicy.ImageNet, int fill = 0, WarpSampling sampling = WarpSampling.Nearest, int? seed = null) =>
        catalog.AugmentImages(outputColumnName, inputColumnName, new ImageAugmentation([new AutoAugment(policy, fill, sampling)]), seed: seed);

    /// <summary>Replaces each pixel by the mean of the square around it: without chance, so while scoring too.</summary>
    /// <param name="catalog">The catalog.</param>
    /// <param name="outputColumnName">The column of augmented images.</param>
    /// <param name="inputColumnName">A column of images (MLImage). Default: the output column's name.</param>
    /// <param name="size">Height and width of the square in pixels, odd, from 3 to 99. Default 3.</param>
    /// <exception cref="ArgumentException">A value is out of its range.</exception>
    public static ImageAugmentingEstimator MeanFilter(this TransformsCatalog catalog, string outputColumnName, string? inputColumnName = null,
        int size = 3) =>
        catalog.AugmentImages(outputColumnName, inputColumnName, new ImageAugmentation([new MeanFilter(size)]));

    /// <summary>Blurs with a Gaussian: without chance, so while scoring too.</summary>
    /// <param name="catalog">The catalog.</param>
    /// <param name="outputColumnName">The column of augmented images.</param>
    /// <param name="inputColumnName">A column of images (MLImage). Default: the output column's name.</param>
    /// <param name="size">Height and width of the kernel in pixels, odd, from 3 to 99. Default 5.</param>
    /// <param name="sigma">The Gaussian's deviation in pixels, from 0.1 to 50. Default 1.</param>
    /// <exception cref="ArgumentException">A value is out of its range.</exception>
    public static ImageAugmentingEstimator GaussianFilter(this TransformsCatalog catalog, string outputColumnName, string? inputColumnName = null,
        int size = 5, double sigma = 1) =>
        catalog.AugmentImages(outputColumnName, inputColumnName, new ImageAugmentation([new GaussianFilter(size, sigma)]));

    /// <summary>Blurs areas and keeps edges: without chance, so while scoring too.</summary>
    /// <param name="catalog">The catalog.</param>
    /// <param name="outputColumnName">The column of augmented images.</param>
    /// <param name="inputColumnName">A column of images (MLImage). Default: the output column's name.</param>
    /// <param name="size">Height and width of the neighborhood in pixels, odd, from 3 to 99. Default 5.</param>
    /// <param name="sigmaColor">How different a neighbor may look, in gray levels summed over the channels, from 0.1 to 1000. Default 75.</param>
    /// <param name="sigmaSpace">How far it may lie, in pixels, from 0.1 to 50. Default 2.</param>
    /// <exception cref="ArgumentException">A value is out of its range.</exception>
    public static ImageAugmentingEstimator BilateralFilter(this TransformsCatalog catalog, string outputColumnName, string? inputColumnName = null,
        int size = 5, double sigmaColor = 75, double sigmaSpace = 2) =>
        catalog.AugmentImages(outputColumnName, inputColumnName, new ImageAugmentation([new BilateralFilter(size, sigmaColor, sigmaSpace)]));

    /// <summary>Shows the strength of edges: without chance, so while scoring too.</summary>
    /// <param name="catalog">The catalog.</param>
    /// <param name="outputColumnName">The column of augmented images.</param>
    /// <param name="inputColumnName">A column of images (MLImage). Default: the output column's name.</param>
    /// <param name="direction">X (the default) shows upright edges, Y lying ones.</param>
    /// <exception cref="ArgumentException">A value is out of its range.</exception>
    public static ImageAugmentingEstimator SobelFilter(this TransformsCatalog catalog, string outputColumnName, string? inputColumnName = null,
        SobelDirection direction = SobelDirection.X) =>
        catalog.AugmentImages(outputColumnName, inputColumnName, new ImageAugmentation([new SobelFilter(direction)]));
}
