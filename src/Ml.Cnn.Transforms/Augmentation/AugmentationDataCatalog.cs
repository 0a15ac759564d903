using Microsoft.ML.Data;
using Ml.Cnn.MlNet;
using Ml.Cnn.Transforms;
using Ml.Cnn.Transforms.Augmentation;
using Ml.Cnn.Transforms.Columns;

namespace Microsoft.ML;

/// <summary>A look at augmented images, on <c>mlContext.Data</c>.</summary>
public static class AugmentationDataCatalog
{
    /// <summary>
    /// Draws what a recipe makes of some images: a contact sheet with one row per image, the whole image first and then its
    /// views in the first epochs, as the network sees them before the normalization.
    /// </summary>
    /// <remarks>
    /// The images are spread over the classes; those that cannot be read are passed over. Views smaller than 96 pixels are
    /// magnified by a whole number. What the recipe does to batches (mixing) is not drawn.
    /// </remarks>
    /// <param name="catalog">The catalog.</param>
    /// <param name="data">The images, as any source gives them.</param>
    /// <param name="recipe">What is done to them.</param>
    /// <param name="images">How many images, at least 1. Default 6.</param>
    /// <param name="views">How many views of each, at least 1. Default 7.</param>
    /// <param name="imageSize">Height and width of the network's input in pixels, at least 1. Default 224.</param>
    /// <param name="seed">Which images and views. Default: the seed of the <see cref="MLContext"/>, or 0 if it has none.</param>
    /// <param name="imageColumnName">
    /// The column of encoded images (bytes), pixels (bytes or Single with dimensions) or <see cref="MLImage"/>. If there is none, the
    /// files that <paramref name="imagePathColumnName"/> names are read. Default "Image".
    /// </param>
    /// <param name="imagePathColumnName">The column of the images' paths; it may be missing. Default "ImagePath".</param>
    /// <param name="labelColumnName">The column of labels: text, a key, a number or a Boolean. Null if there is none. Default "Label".</param>
    /// <returns>A PNG file.</returns>
    /// <exception cref="ArgumentOutOfRangeException">A column is missing or of another type, a number is below 1, or the sheet would take more than 2
    /// GB.</exception>
    /// <exception cref="InvalidOperationException">The data has no image that can be read.</exception>
    /// <example>
    /// <code>
    /// byte[] sheet = mlContext.Data.DrawAugmentations(mlContext.Data.LoadImageFolder("flowers/train"), ImageAugmentation.Preset("light"));
    /// File.WriteAllBytes("sheet.png", sheet);
    /// </code>
    /// </example>
    public static byte[] DrawAugmentations(this DataOperationsCatalog catalog, IDataView data, ImageAugmentation recipe, int images = 6, int views = 7,
        int imageSize = 224, int? seed = null, string imageColumnName = "Image", string imagePathColumnName = "ImagePath", string? labelColumnName = "Label")
    {
        ArgumentNullException.ThrowIfNull(catalog);
        ArgumentNullException.ThrowIfNull(data);
        ArgumentNullException.ThrowIfNull(recipe);
        ArgumentOutOfRangeException.ThrowIfLessThan(images, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(views, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(imageSize, 1);
        var (image, format) = ImageColumnReader.Find(data.Schema, imageColumnName, imagePathColumnName);
        DataViewSchema.Column? label = labelColumnName is null ? null : data.Schema.GetColumnOrNull(labelColumnName)
            ?? throw SchemaErrors.Missing("label", labelColumnName);
        var theSeed = seed ?? MlNetEnvironment.Seed(MlNetEnvironment.Of(catalog)) ?? 0;

        var samples = RowSample.Read(data, image, format, label, images, theSeed);
        if (samples.Count == 0)
            throw new InvalidOperationException("The data has no image that can be read.");
        var channels = format.HasSize ? format.Channels : 3;
        var target = new ImagePreprocessing { Height = imageSize, Width = imageSize, ResizeShortSide = imageSize, Channels = channels };
        return ContactSheet.Draw(samples, recipe, target, views, theSeed);
    }
}
