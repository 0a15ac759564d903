using Microsoft.ML.Data;
using Ml.Cnn.MlNet;
using Ml.Cnn.Transforms;
using Ml.Cnn.Transforms.Columns;
using Ml.Cnn.Transforms.Inspection;

namespace Microsoft.ML;

/// <summary>A look at image data before training, on <c>mlContext.Data</c>.</summary>
public static class InspectionDataCatalog
{
    /// <summary>
    /// Reads and decodes every image, and reports classes, sizes, channels, images that cannot be read (with the reason),
    /// images that occur more than once, and files that the source left out.
    /// </summary>
    /// <remarks>
    /// Each image is decoded to its end, so that files that are cut short are found. The work runs on all cores where the
    /// data splits over cursors, as the library's own sources do. Memory holds one image per core, and 32 bytes for each image
    /// that was read; names are read afterwards, for those that the report lists. Duplicates are files that are equal byte for byte
    /// (compared by SHA-256); of images in memory, the pixels are. Numbers (Single) that never exceed 1 in the first 32 images, though
    /// pixels from 0 to 255 are expected, lead to a warning in the log of the <see cref="MLContext"/>.
    /// </remarks>
    /// <param name="catalog">The catalog.</param>
    /// <param name="data">The images, as any source gives them.</param>
    /// <param name="imageColumnName">
    /// The column of encoded images (bytes), pixels (bytes or Single with dimensions) or <see cref="MLImage"/>. If there is none, the
    /// files that <paramref name="imagePathColumnName"/> names are read. Default "Image".
    /// </param>
    /// <param name="imagePathColumnName">The column of the images' paths or names, which the report uses; it may be missing. Default "ImagePath".</param>
    /// <param name="labelColumnName">The column of labels: text, a key, a number or a Boolean. Null if there is none. Default "Label".</param>
    /// <param name="progress">Told now and then how many images have been read, from the threads that read them, and at the end.</param>
    /// <param name="cancellationToken">Ends the work within the time of one image.</param>
    /// <exception cref="ArgumentOutOfRangeException">A column is missing or of another type.</exception>
    /// <exception cref="OperationCanceledException">The work was canceled.</exception>
    /// <example>
    /// <code>
    /// ImageDataReport report = mlContext.Data.InspectImages(mlContext.Data.LoadImageFolder("flowers/train"));
    /// foreach (var (file, reason) in report.BadFiles)
    ///     Console.WriteLine($"{file}: {reason}");
    /// </code>
    /// </example>
    public static ImageDataReport InspectImages(this DataOperationsCatalog catalog, IDataView data, string imageColumnName = "Image",
        string imagePathColumnName = "ImagePath", string? labelColumnName = "Label", IProgress<long>? progress = null,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(catalog);
        ArgumentNullException.ThrowIfNull(data);
        var (image, format) = ImageColumnReader.Find(data.Schema, imageColumnName, imagePathColumnName);
        var path = data.Schema.GetColumnOrNull(imagePathColumnName) is { Type: TextDataViewType } text ? text : (DataViewSchema.Column?)null;
        DataViewSchema.Column? label = labelColumnName is null
            ? null
            : data.Schema.GetColumnOrNull(labelColumnName) ?? throw SchemaErrors.Missing("label", labelColumnName);
        if (PixelScale.Warning(data, image, format) is { } warning)
            MlNetEnvironment.Warn(MlNetEnvironment.Of(catalog), nameof(InspectImages), warning);
        return ImageInspector.Inspect(data, image, format, path, label, progress, cancellationToken);
    }
}
