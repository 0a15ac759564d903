using Microsoft.ML.Data;
using Ml.Cnn.Transforms.Sources;

namespace Microsoft.ML;

public static partial class CnnDataCatalog
{
    /// <summary>
    /// The images that a CSV or TSV file lists, one line each with a path and a label: a column of full paths and a column
    /// of labels, both text, in the list's order. Relative paths start from the list's folder.
    /// </summary>
    /// <remarks>
    /// The text is UTF-8, or what its byte order mark says. Fields may stand in double quotes as RFC 4180 describes; spaces around a field
    /// are left out, those within quotes belong to it. Empty lines are skipped. The label may come first: the columns' usual names tell
    /// (path, file, filename, image, image_path; label, class, category, target), and without a header the first line's endings.
    /// Whether the images exist shows when they are read (or by <c>mlContext.Data.InspectImages</c>).
    /// </remarks>
    /// <param name="catalog">The catalog.</param>
    /// <param name="path">The list.</param>
    /// <param name="imagePathColumnName">The column of the images' full paths. Default "ImagePath".</param>
    /// <param name="labelColumnName">The column of labels. Default "Label".</param>
    /// <param name="separator">Between path and label. Default: a tab in files that end with .tsv or .tab, a comma in all others.</param>
    /// <param name="hasHeader">
    /// Whether the first line names the columns. Default: it does if no field of it ends like an image's name or names a file.
    /// </param>
    /// <exception cref="FileNotFoundException">There is no such list.</exception>
    /// <exception cref="InvalidDataException">A line is not a path and a label, or not in UTF-8; the message has its number.</exception>
    /// <exception cref="InvalidOperationException">The list is empty.</exception>
    /// <exception cref="ArgumentException">A name is empty, both columns have the same name, or the separator is a quote or a line end.</exception>
    /// <example>
    /// <code>
    /// IDataView train = mlContext.Data.LoadImageList("flowers/train.csv");
    /// </code>
    /// </example>
    public static IDataView LoadImageList(this DataOperationsCatalog catalog, string path, string imagePathColumnName = "ImagePath",
        string labelColumnName = "Label", char? separator = null, bool? hasHeader = null)
    {
        ArgumentNullException.ThrowIfNull(catalog);
        ArgumentException.ThrowIfNullOrEmpty(path);
        CheckNames(imagePathColumnName, labelColumnName);
        if (separator is '"' or '\r' or '\n')
            throw new ArgumentException("A quote or a line end cannot separate fields.", nameof(separator));
        return new ImageListDataView(ImageList.Read(path, separator, hasHeader), imagePathColumnName, labelColumnName);
    }

    /// <summary>
    /// Encoded images (whole files of JPEG, PNG, WebP, BMP or GIF) in memory: a column of bytes, as ML.NET's
    /// LoadRawImageBytes gives, and a column of labels as text. The bytes are not copied: leave them as they are.
    /// </summary>
    /// <param name="catalog">The catalog.</param>
    /// <param name="images">Images and labels.</param>
    /// <param name="imageColumnName">The column of encoded images. Default "Image".</param>
    /// <param name="labelColumnName">The column of labels. Default "Label".</param>
    /// <exception cref="ArgumentException">An image or a label is null or empty.</exception>
    /// <example>
    /// <code>
    /// IDataView data = mlContext.Data.LoadImages(uploads.Select(upload => (upload.Bytes, upload.Class)));
    /// </code>
    /// </example>
    public static IDataView LoadImages(this DataOperationsCatalog catalog, IEnumerable<(byte[] Image, string Label)> images,
        string imageColumnName = "Image", string labelColumnName = "Label")
    {
        ArgumentNullException.ThrowIfNull(images);
        return catalog.LoadImages(images.Select(image => ((ReadOnlyMemory<byte>)image.Image, image.Label)), imageColumnName, labelColumnName);
    }

    /// <inheritdoc cref="LoadImages(DataOperationsCatalog, IEnumerable{ValueTuple{byte[], string}}, string, string)"/>
    public static IDataView LoadImages(this DataOperationsCatalog catalog, IEnumerable<(ReadOnlyMemory<byte> Image, string Label)> images,
        string imageColumnName = "Image", string labelColumnName = "Label")
    {
        var (encoded, labels) = CheckImages(catalog, images, imageColumnName, labelColumnName);
        if (Array.FindIndex(encoded, image => image.IsEmpty) is >= 0 and var empty)
            throw new ArgumentException($"Image {empty} is empty.", nameof(images));
        return new EncodedImagesDataView(encoded, labels, imageColumnName, labelColumnName);
    }

    /// <summary>
    /// Encoded images (whole files of JPEG, PNG, WebP, BMP or GIF) from streams, which are read to their ends at once and
    /// stay open: a column of bytes, as ML.NET's LoadRawImageBytes gives, and a column of labels as text.
    /// </summary>
    /// <param name="catalog">The catalog.</param>
    /// <param name="images">Streams, each read from where it stands, and labels.</param>
    /// <param name="imageColumnName">The column of encoded images. Default "Image".</param>
    /// <param name="labelColumnName">The column of labels. Default "Label".</param>
    /// <exception cref="ArgumentException">A stream or a label is null or empty.</exception>
    public static IDataView LoadImages(this DataOperationsCatalog catalog, IEnumerable<(Stream Image, string Label)> images,
        string imageColumnName = "Image", string labelColumnName = "Label")
    {
        ArgumentNullException.ThrowIfNull(images);
        return catalog.LoadImages(images.Select(image => (ReadToEnd(image.Image), image.Label)), imageColumnName, labelColumnName);
    }

    /// <summary>
    /// Decoded images in memory: a column of <see cref="MLImage"/>, for ML.NET's image transforms or a trainer, and a column
    /// of labels as text. The pixels are copied, so the images stay the caller's to dispose.
    /// </summary>
    /// <param name="catalog">The catalog.</param>
    /// <param name="images">Images and labels.</param>
    /// <param name="imageColumnName">The column of images. Default "Image".</param>
    /// <param name="labelColumnName">The column of labels. Default "Label".</param>
    /// <exception cref="ArgumentException">An image or a label is null, or a label is empty.</exception>
    public static IDataView LoadImages(this DataOperationsCatalog catalog, IEnumerable<(MLImage Image, string Label)> images,
        string imageColumnName = "Image", string labelColumnName = "Label")
    {
        var (values, labels) = CheckImages(catalog, images, imageColumnName, labelColumnName);
        if (Array.FindIndex(values, image => image is null) is >= 0 and var missing)
            throw new ArgumentException($"Image {missing} is null.", nameof(images));
        return new MLImagesDataView(values, labels, imageColumnName, labelColumnName);
    }

    private static (T[] Images, string[] Labels) CheckImages<T>(
        DataOperationsCatalog catalog, IEnumerable<(T Image, string Label)> images, string imageColumnName, string labelColumnName)
    {
        ArgumentNullException.ThrowIfNull(catalog);
        ArgumentNullException.ThrowIfNull(images);
        CheckNames(imageColumnName, labelColumnName);
        var rows = images.ToArray();
        if (Array.FindIndex(rows, row => string.IsNullOrEmpty(row.Label)) is >= 0 and var unlabeled)
            throw new ArgumentException($"Image {unlabeled} has no label.", nameof(images));
        return ([.. rows.Select(row => row.Image)], [.. rows.Select(row => row.Label)]);
    }

    private static ReadOnlyMemory<byte> ReadToEnd(Stream? stream)
    {
        using var bytes = new MemoryStream();
        stream?.CopyTo(bytes);
        return bytes.ToArray();
    }
}
