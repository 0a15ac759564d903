using Ml.Cnn.Transforms;
using Ml.Cnn.Transforms.Sources;

namespace Microsoft.ML;

/// <summary>Image data sets, beside ML.NET's own loaders on <c>mlContext.Data</c>.</summary>
public static partial class CnnDataCatalog
{
    /// <summary>
    /// The images of a folder with one subfolder per class: a column of paths and a column of class names, both text.
    /// Classes and files come in ordinal order; the data view shuffles fully and holds nothing but names.
    /// </summary>
    /// <remarks>
    /// Names that start with a dot are left out. Links to files are followed, links to folders only where the link is a class folder itself.
    /// Files that are no images are counted by their ending: <c>mlContext.Data.InspectImages</c> reports them, and a trainer's Fit warns of them.
    /// </remarks>
    /// <param name="catalog">The catalog.</param>
    /// <param name="path">The folder that holds the class folders.</param>
    /// <param name="imagePathColumnName">The column of the images' full paths. Default "ImagePath".</param>
    /// <param name="labelColumnName">The column of the class folders' names. Default "Label".</param>
    /// <param name="recursive">Take the images of folders within a class folder too. Default true.</param>
    /// <param name="extensions">
    /// The file name endings of images, with the dot; case does not matter. Default: <see cref="ImageFormats.Extensions"/>.
    /// </param>
    /// <param name="allowEmptyClasses">Leave out subfolders without images. Default false: such a folder is an error, since its class would be missing.</param>
    /// <exception cref="DirectoryNotFoundException">There is no such folder.</exception>
    /// <exception cref="InvalidOperationException">The folder has no subfolders, or they hold no images, or one of them holds none.</exception>
    /// <exception cref="ArgumentException">A name or an extension is empty, or both columns have the same name.</exception>
    /// <example>
    /// <code>
    /// var mlContext = new MLContext(seed: 1);
    /// IDataView train = mlContext.Data.LoadImageFolder("flowers/train");
    /// </code>
    /// </example>
    public static IDataView LoadImageFolder(this DataOperationsCatalog catalog, string path, string imagePathColumnName = "ImagePath",
        string labelColumnName = "Label", bool recursive = true, IReadOnlyCollection<string>? extensions = null, bool allowEmptyClasses = false)
    {
        ArgumentNullException.ThrowIfNull(catalog);
        ArgumentException.ThrowIfNullOrEmpty(path);
        CheckNames(imagePathColumnName, labelColumnName);
        var folder = ImageFolder.Scan(path, recursive, CheckExtensions(extensions), allowEmptyClasses);
        return new ImageFolderDataView(folder, imagePathColumnName, labelColumnName);
    }

    /// <summary>
    /// Images and labels in MNIST's IDX format, plain or compressed with gzip (whatever the files are called): a column of
    /// bytes (height × width × 1, white on black) and a column of labels as text ("0" to "9").
    /// </summary>
    /// <param name="catalog">The catalog.</param>
    /// <param name="imagesPath">The file of images (magic number 0x00000803).</param>
    /// <param name="labelsPath">The file of labels (magic number 0x00000801).</param>
    /// <param name="imageColumnName">The column of pixels, a vector of bytes. Default "Image".</param>
    /// <param name="labelColumnName">The column of labels, text. Default "Label".</param>
    /// <exception cref="FileNotFoundException">One of the files is missing.</exception>
    /// <exception cref="InvalidDataException">A file is of another format or cut short, or the two do not belong together.</exception>
    public static IDataView LoadIdx(this DataOperationsCatalog catalog, string imagesPath, string labelsPath,
        string imageColumnName = "Image", string labelColumnName = "Label")
    {
        ArgumentNullException.ThrowIfNull(catalog);
        ArgumentException.ThrowIfNullOrEmpty(imagesPath);
        ArgumentException.ThrowIfNullOrEmpty(labelsPath);
        CheckNames(imageColumnName, labelColumnName);
        return new IdxDataView(IdxFile.Read(imagesPath, dimensions: 3), IdxFile.Read(labelsPath, dimensions: 1), imageColumnName, labelColumnName);
    }

    /// <summary>
    /// A part of MNIST, or of a data set in the same files (Fashion-MNIST, KMNIST), as <see cref="LoadIdx"/> gives it.
    /// </summary>
    /// <param name="catalog">The catalog.</param>
    /// <param name="directory">The folder of train-images-idx3-ubyte, t10k-labels-idx1-ubyte and so on; also with .gz, or with a dot before "idx".</param>
    /// <param name="split"><see cref="DataSplit.Train"/> (the default, 60,000 images) or <see cref="DataSplit.Test"/> (10,000).</param>
    /// <param name="imageColumnName">The column of pixels, a vector of bytes. Default "Image".</param>
    /// <param name="labelColumnName">The column of labels, text. Default "Label".</param>
    /// <exception cref="ArgumentOutOfRangeException">There is no such split.</exception>
    /// <exception cref="DirectoryNotFoundException">There is no such folder.</exception>
    /// <exception cref="FileNotFoundException">The folder lacks the images or the labels.</exception>
    /// <exception cref="InvalidDataException">A file is of another format or cut short, or the two do not belong together.</exception>
    /// <example>
    /// <code>
    /// IDataView train = mlContext.Data.LoadMnist("mnist");
    /// IDataView test = mlContext.Data.LoadMnist("mnist", DataSplit.Test);
    /// </code>
    /// </example>
    public static IDataView LoadMnist(this DataOperationsCatalog catalog, string directory, DataSplit split = DataSplit.Train,
        string imageColumnName = "Image", string labelColumnName = "Label")
    {
        ArgumentException.ThrowIfNullOrEmpty(directory);
        var (images, labels) = IdxFile.Find(directory, split);
        return catalog.LoadIdx(images, labels, imageColumnName, labelColumnName);
    }

    /// <summary>
    /// Digits from 0 to 9 drawn by a program, white on black as MNIST's: a data set to learn and test with that needs no
    /// file and no font. The columns are those of <see cref="LoadIdx"/>; each digit occurs equally often.
    /// </summary>
    /// <remarks>
    /// A row depends on <paramref name="seed"/>, <paramref name="size"/> and its index only: the first thousand rows of a
    /// larger set are the smaller set. Another seed gives other images, for testing. Rows are drawn when they are read
    /// (about 25,000 a second and core at 28 × 28) and not kept; cache the data view to draw them once.
    /// </remarks>
    /// <param name="catalog">The catalog.</param>
    /// <param name="count">How many rows, at least 1.</param>
    /// <param name="seed">Which images. Default 1.</param>
    /// <param name="size">Height and width in pixels, from 8 to 512. Default 28.</param>
    /// <param name="imageColumnName">The column of pixels, a vector of bytes with dimensions size × size × 1. Default "Image".</param>
    /// <param name="labelColumnName">The column of labels, text. Default "Label".</param>
    /// <exception cref="ArgumentOutOfRangeException">The count or the size is out of its range.</exception>
    /// <example>
    /// <code>
    /// IDataView train = mlContext.Data.GenerateDigits(6000, seed: 1);
    /// IDataView test = mlContext.Data.GenerateDigits(1000, seed: 2);
    /// </code>
    /// </example>
    public static IDataView GenerateDigits(this DataOperationsCatalog catalog, int count, int seed = 1, int size = 28,
        string imageColumnName = "Image", string labelColumnName = "Label")
    {
        ArgumentNullException.ThrowIfNull(catalog);
        ArgumentOutOfRangeException.ThrowIfLessThan(count, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(size, 8);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(size, 512);
        CheckNames(imageColumnName, labelColumnName);
        return new DigitsDataView(count, seed, size, imageColumnName, labelColumnName);
    }

    private static IReadOnlyCollection<string> CheckExtensions(IReadOnlyCollection<string>? extensions)
    {
        extensions ??= [.. ImageFormats.Extensions];
        if (extensions.Count == 0 || extensions.Any(string.IsNullOrWhiteSpace))
            throw new ArgumentException("At least one extension is needed, and none may be empty.", nameof(extensions));
        return extensions;
    }

    private static void CheckNames(string featureColumnName, string labelColumnName)
    {
        ArgumentException.ThrowIfNullOrEmpty(featureColumnName);
        ArgumentException.ThrowIfNullOrEmpty(labelColumnName);
        if (featureColumnName == labelColumnName)
            throw new ArgumentException($"Two columns cannot both be called '{labelColumnName}'.", nameof(labelColumnName));
    }
}
