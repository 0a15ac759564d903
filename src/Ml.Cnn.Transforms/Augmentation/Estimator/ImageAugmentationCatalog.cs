using Ml.Cnn.MlNet;
using Ml.Cnn.Transforms;

namespace Microsoft.ML;

/// <summary>Augmentation of image columns, beside ML.NET's own image transforms on <c>mlContext.Transforms</c>.</summary>
/// <remarks>
/// All of them change images at random while the pipeline that they are part of is fitted, anew in every epoch of this library's trainers,
/// and leave them alone when the fitted pipeline transforms or predicts. Where several follow each other, one recipe
/// (<c>AugmentImages</c>) is faster: it copies the image once.
/// </remarks>
public static partial class ImageAugmentationCatalog
{
    /// <summary>Augments images by a recipe of steps.</summary>
    /// <param name="catalog">The catalog.</param>
    /// <param name="outputColumnName">The column of augmented images.</param>
    /// <param name="inputColumnName">A column of images (MLImage). Default: the output column's name.</param>
    /// <param name="augmentation">The recipe: <c>ImageAugmentation.Preset("inception")</c>, or steps of one's own.</param>
    /// <param name="width">The images' width afterwards, in pixels. Default null: each image keeps its own.</param>
    /// <param name="height">The images' height afterwards, in pixels. Default null: each image keeps its own.</param>
    /// <param name="seed">Fixes the draws together with the epoch and the row. Default: the MLContext's, or 0.</param>
    /// <exception cref="ArgumentException">A name is empty, only one of width and height is given or below 1, or the recipe mixes batches.</exception>
    /// <example>
    /// <code>
    /// var pipeline = mlContext.Transforms.LoadImages("Image", "photos", "ImagePath")
    ///     .Append(mlContext.Transforms.AugmentImages("Image", null, ImageAugmentation.Preset("light"), width: 224, height: 224))
    ///     .Append(mlContext.MulticlassClassification.Trainers.ResNet(featureColumnName: "Image", depth: 18));
    /// </code>
    /// </example>
    public static ImageAugmentingEstimator AugmentImages(this TransformsCatalog catalog, string outputColumnName, string? inputColumnName,
        ImageAugmentation augmentation, int? width = null, int? height = null, int? seed = null)
    {
        ArgumentNullException.ThrowIfNull(catalog);
        var environment = MlNetEnvironment.Of(catalog);
        return new(environment, new(inputColumnName ?? outputColumnName, outputColumnName, augmentation, seed ?? MlNetEnvironment.Seed(environment) ?? 0, width,
            height));
    }

    /// <summary>Cuts out a part at a random place. See <see cref="Ml.Cnn.Transforms.RandomCrop"/>.</summary>
    /// <param name="catalog">The catalog.</param>
    /// <param name="outputColumnName">The column of augmented images.</param>
    /// <param name="inputColumnName">A column of images (MLImage). Default: the output column's name.</param>
    /// <param name="padding">The border added on each side before cutting, as a share of the size, from 0 to 1. Default 0.</param>
    /// <param name="border">What the border shows. Default: one color.</param>
    /// <param name="fill">That color, 0xRRGGBB. Default black.</param>
    /// <param name="width">The images' width afterwards, in pixels. Default null: each image keeps its own.</param>
    /// <param name="height">The images' height afterwards, in pixels. Default null: each image keeps its own.</param>
    /// <param name="seed">Fixes the draws together with the epoch and the row. Default: the MLContext's, or 0.</param>
    /// <exception cref="ArgumentException">A value is out of its range, or only one of width and height is given.</exception>
    public static ImageAugmentingEstimator RandomCrop(this TransformsCatalog catalog, string outputColumnName, string? inputColumnName = null,
        double padding = 0, BorderMode border = BorderMode.Constant, int fill = 0, int? width = null, int? height = null, int? seed = null) =>
        catalog.AugmentImages(outputColumnName, inputColumnName, new ImageAugmentation([new RandomCrop(padding, border, fill)]), width, height, seed);

    /// <summary>Brings a part of random area, proportions and place to the images' size. See <see cref="Ml.Cnn.Transforms.RandomResizedCrop"/>.</summary>
    /// <param name="catalog">The catalog.</param>
    /// <param name="outputColumnName">The column of augmented images.</param>
    /// <param name="inputColumnName">A column of images (MLImage). Default: the output column's name.</param>
    /// <param name="scale">The part's area as a share of the image's, above 0 and at most 1. Default (0.08, 1).</param>
    /// <param name="ratio">The part's width divided by its height. Default (3/4, 4/3).</param>
    /// <param name="interpolation">The filter for resizing. Default bilinear.</param>
    /// <param name="width">The images' width afterwards, in pixels. Default null: each image keeps its own.</param>
    /// <param name="height">The images' height afterwards, in pixels. Default null: each image keeps its own.</param>
    /// <param name="seed">Fixes the draws together with the epoch and the row. Default: the MLContext's, or 0.</param>
    /// <exception cref="ArgumentException">A value is out of its range, or only one of width and height is given.</exception>
    public static ImageAugmentingEstimator RandomResizedCrop(this TransformsCatalog catalog, string outputColumnName, string? inputColumnName = null,
        Interval scale = default, Interval ratio = default, Interpolation interpolation = Interpolation.Bilinear, int? width = null, int? height = null,
        int? seed = null) =>
        catalog.AugmentImages(outputColumnName, inputColumnName, new ImageAugmentation([new RandomResizedCrop(scale, ratio, interpolation)]), width, height,
            seed);

    /// <summary>
    /// Brings the short side to a random length. See <see cref="Ml.Cnn.Transforms.ScaleJitter"/>; with a width and a height, a random part of that
    /// size is cut out.
    /// </summary>
    /// <param name="catalog">The catalog.</param>
    /// <param name="outputColumnName">The column of augmented images.</param>
    /// <param name="inputColumnName">A column of images (MLImage). Default: the output column's name.</param>
    /// <param name="scale">
    /// The short side as a multiple of the longer one of width and height, or else of the image's own, from 0.1 to 100. Default (1, 1).
    /// </param>
    /// <param name="interpolation">The filter for resizing. Default bilinear.</param>
    /// <param name="width">The images' width afterwards, in pixels. Default null: each image keeps its own.</param>
    /// <param name="height">The images' height afterwards, in pixels. Default null: each image keeps its own.</param>
    /// <param name="seed">Fixes the draws together with the epoch and the row. Default: the MLContext's, or 0.</param>
    /// <exception cref="ArgumentException">A value is out of its range, or only one of width and height is given.</exception>
    public static ImageAugmentingEstimator ScaleJitter(this TransformsCatalog catalog, string outputColumnName, string? inputColumnName = null,
        Interval scale = default, Interpolation interpolation = Interpolation.Bilinear, int? width = null, int? height = null, int? seed = null) =>
        catalog.AugmentImages(outputColumnName, inputColumnName,
            new ImageAugmentation(width is null ? [new ScaleJitter(scale, interpolation)] : [new ScaleJitter(scale, interpolation), new RandomCrop()]), width,
            height, seed);

    /// <summary>Adds a border on every side: without chance, so while scoring too. See <see cref="Ml.Cnn.Transforms.Pad"/>.</summary>
    /// <param name="catalog">The catalog.</param>
    /// <param name="outputColumnName">The column of padded images.</param>
    /// <param name="padding">The border's width on each side, in pixels, from 0 to 4096.</param>
    /// <param name="inputColumnName">A column of images (MLImage). Default: the output column's name.</param>
    /// <param name="border">What the border shows. Default: one color.</param>
    /// <param name="fill">That color, 0xRRGGBB. Default black.</param>
    /// <exception cref="ArgumentException">A value is out of its range.</exception>
    public static ImageAugmentingEstimator PadImages(this TransformsCatalog catalog, string outputColumnName, int padding, string? inputColumnName = null,
        BorderMode border = BorderMode.Constant, int fill = 0) =>
        catalog.AugmentImages(outputColumnName, inputColumnName, new ImageAugmentation([new Pad(padding, border, fill)]));

    /// <summary>Swaps left and right.</summary>
    /// <param name="catalog">The catalog.</param>
    /// <param name="outputColumnName">The column of augmented images.</param>
    /// <param name="inputColumnName">A column of images (MLImage). Default: the output column's name.</param>
    /// <param name="probability">How often, from 0 to 1. Default 0.5.</param>
    /// <param name="seed">Fixes the draws together with the epoch and the row. Default: the MLContext's, or 0.</param>
    /// <exception cref="ArgumentException">A value is out of its range.</exception>
    public static ImageAugmentingEstimator RandomHorizontalFlip(this TransformsCatalog catalog, string outputColumnName, string? inputColumnName = null,
        double probability = 0.5, int? seed = null) =>
        catalog.AugmentImages(outputColumnName, inputColumnName, new ImageAugmentation([new RandomHorizontalFlip(probability)]), seed: seed);

    /// <summary>Swaps top and bottom.</summary>
    /// <param name="catalog">The catalog.</param>
    /// <param name="outputColumnName">The column of augmented images.</param>
    /// <param name="inputColumnName">A column of images (MLImage). Default: the output column's name.</param>
    /// <param name="probability">How often, from 0 to 1. Default 0.5.</param>
    /// <param name="seed">Fixes the draws together with the epoch and the row. Default: the MLContext's, or 0.</param>
    /// <exception cref="ArgumentException">A value is out of its range.</exception>
    public static ImageAugmentingEstimator RandomVerticalFlip(this TransformsCatalog catalog, string outputColumnName, string? inputColumnName = null,
        double probability = 0.5, int? seed = null) =>
        catalog.AugmentImages(outputColumnName, inputColumnName, new ImageAugmentation([new RandomVerticalFlip(probability)]), seed: seed);

    /// <summary>Turns images around their middle.</summary>
    /// <param name="catalog">The catalog.</param>
    /// <param name="outputColumnName">The column of augmented images.</param>
    /// <param name="degrees">The angle in degrees, counter-clockwise: (−15, 15), for instance.</param>
    /// <param name="inputColumnName">A column of images (MLImage). Default: the output column's name.</param>
    /// <param name="fill">The color of what comes into sight, 0xRRGGBB. Default black.</param>
    /// <param name="sampling">How pixels between pixels are computed. Default bilinear.</param>
    /// <param name="seed">Fixes the draws together with the epoch and the row. Default: the MLContext's, or 0.</param>
    /// <exception cref="ArgumentException">A value is out of its range.</exception>
    public static ImageAugmentingEstimator RandomRotation(this TransformsCatalog catalog, string outputColumnName, Interval degrees,
        string? inputColumnName = null,
        int fill = 0, WarpSampling sampling = WarpSampling.Bilinear, int? seed = null) =>
        catalog.AugmentImages(outputColumnName, inputColumnName, new ImageAugmentation([new RandomRotation(degrees, fill, sampling)]), seed: seed);

    /// <summary>Turns, shifts, scales and shears images around their middle, all in one.</summary>
    /// <param name="catalog">The catalog.</param>
    /// <param name="outputColumnName">The column of augmented images.</param>
    /// <param name="inputColumnName">A column of images (MLImage). Default: the output column's name.</param>
    /// <param name="degrees">The angle in degrees, clockwise. Default (0, 0).</param>
    /// <param name="translateX">The largest shift to the left and right, as a share of the width, from 0 to 1. Default 0.</param>
    /// <param name="translateY">The largest shift up and down, as a share of the height, from 0 to 1. Default 0.</param>
    /// <param name="scale">The factor of the size. Default (1, 1).</param>
    /// <param name="shearX">The horizontal shear in degrees. Default (0, 0).</param>
    /// <param name="shearY">The vertical shear in degrees. Default (0, 0).</param>
    /// <param name="fill">The color of what comes into sight, 0xRRGGBB. Default black.</param>
    /// <param name="sampling">How pixels between pixels are computed. Default bilinear.</param>
    /// <param name="seed">Fixes the draws together with the epoch and the row. Default: the MLContext's, or 0.</param>
    /// <exception cref="ArgumentException">A value is out of its range.</exception>
    public static ImageAugmentingEstimator RandomAffine(this TransformsCatalog catalog, string outputColumnName, string? inputColumnName = null,
        Interval degrees = default, double translateX = 0, double translateY = 0,
        Interval scale = default, Interval shearX = default, Interval shearY = default, int fill = 0, WarpSampling sampling = WarpSampling.Bilinear,
        int? seed = null) =>
        catalog.AugmentImages(outputColumnName, inputColumnName,
            new ImageAugmentation([new RandomAffine(degrees, translateX, translateY, scale, shearX, shearY, fill, sampling)]), seed: seed);

    /// <summary>Shows images as if seen from aside.</summary>
    /// <param name="catalog">The catalog.</param>
    /// <param name="outputColumnName">The column of augmented images.</param>
    /// <param name="inputColumnName">A column of images (MLImage). Default: the output column's name.</param>
    /// <param name="distortion">How far corners may move, from 0 to 1 (up to the middle). Default 0.5.</param>
    /// <param name="probability">How often, from 0 to 1. Default 0.5.</param>
    /// <param name="fill">The color of what comes into sight, 0xRRGGBB. Default black.</param>
    /// <param name="sampling">How pixels between pixels are computed. Default bilinear.</param>
    /// <param name="seed">Fixes the draws together with the epoch and the row. Default: the MLContext's, or 0.</param>
    /// <exception cref="ArgumentException">A value is out of its range.</exception>
    public static ImageAugmentingEstimator RandomPerspective(this TransformsCatalog catalog, string outputColumnName, string? inputColumnName = null,
        double distortion = 0.5, double probability = 0.5, int fill = 0, WarpSampling sampling = WarpSampling.Bilinear, int? seed = null) =>
        catalog.AugmentImages(outputColumnName, inputColumnName, new ImageAugmentation([new RandomPerspective(distortion, probability, fill, sampling)]),
            seed: seed);

    /// <summary>Covers a random rectangle.</summary>
    /// <param name="catalog">The catalog.</param>
    /// <param name="outputColumnName">The column of augmented images.</param>
    /// <param name="inputColumnName">A column of images (MLImage). Default: the output column's name.</param>
    /// <param name="probability">How often, from 0 to 1. Default 0.5.</param>
    /// <param name="scale">The rectangle's area as a share of the image's. Default (0.02, 0.33).</param>
    /// <param name="ratio">The rectangle's height divided by its width. Default (0.3, 3.3).</param>
    /// <param name="fill">The color, 0xRRGGBB. Default null: noise.</param>
    /// <param name="seed">Fixes the draws together with the epoch and the row. Default: the MLContext's, or 0.</param>
    /// <exception cref="ArgumentException">A value is out of its range.</exception>
    public static ImageAugmentingEstimator RandomErasing(this TransformsCatalog catalog, string outputColumnName, string? inputColumnName = null,
        double probability = 0.5, Interval scale = default, Interval ratio = default, int? fill = null, int? seed = null) =>
        catalog.AugmentImages(outputColumnName, inputColumnName, new ImageAugmentation([new RandomErasing(probability, scale, ratio, fill)]), seed: seed);
}
