using Ml.Cnn.MlNet;
using Ml.Cnn.Transforms;
using Ml.Cnn.Transforms.Sources;

namespace Microsoft.ML;

public static partial class CnnDataCatalog
{
    /// <summary>
    /// The images of a tar or zip archive with one folder per class, read without unpacking it: a column of names within the
    /// archive, a column of encoded images (bytes, as ML.NET's LoadRawImageBytes gives) and a column of class names.
    /// Classes and images come in ordinal order; the data view shuffles fully, holds only names and offsets, and reads on
    /// any number of threads.
    /// </summary>
    /// <remarks>
    /// <para>The classes are the folders directly below <paramref name="folder"/>, or below the deepest folder that holds all
    /// images; images deeper down belong to the class above them. Names that start with a dot (such as macOS's ._ files) and macOS's folder
    /// __MACOSX are left out. Links of a tar archive are followed where they lead to a file of the same archive. Other links, and files that
    /// are no images, are counted: <c>mlContext.Data.InspectImages</c> reports them, and a trainer's Fit warns of them.</para>
    /// <para>The archive stays open while the data view is in use. A tar archive that is compressed is unpacked once into one temporary file
    /// (in <c>MLContext.TempFilePath</c>), which is deleted when it is closed; a zip archive never is. To close it earlier than the garbage
    /// collector does, dispose of the data view: it is an <see cref="IDisposable"/>.</para>
    /// </remarks>
    /// <param name="catalog">The catalog.</param>
    /// <param name="path">A .tar file, one compressed with gzip (.tar.gz, .tgz), or a .zip file; told apart by content.</param>
    /// <param name="folder">
    /// The folder in the archive that holds the class folders, with slashes, such as "flowers/train". Default: the one that all images share.
    /// </param>
    /// <param name="imageColumnName">The column of encoded images. Default "Image".</param>
    /// <param name="labelColumnName">The column of class names. Default "Label".</param>
    /// <param name="imagePathColumnName">The column of the images' names in the archive. Default "ImagePath".</param>
    /// <param name="extensions">
    /// The file name endings of images, with the dot; case does not matter. Default: <see cref="ImageFormats.Extensions"/>.
    /// </param>
    /// <param name="allowEmptyClasses">
    /// Leave out class folders without images. Default false: such a folder is an error, since its class would be missing.
    /// </param>
    /// <exception cref="FileNotFoundException">There is no such file.</exception>
    /// <exception cref="InvalidDataException">The archive is cut short, damaged, encrypted or of a kind that is not read.</exception>
    /// <exception cref="InvalidOperationException">
    /// It has no images in class folders, or a class folder without any, or parts such as train and test of which one must be chosen.
    /// </exception>
    /// <exception cref="ArgumentException">A name or an extension is empty, or two columns have the same name.</exception>
    /// <example>
    /// <code>
    /// IDataView train = mlContext.Data.LoadImageArchive("flowers.tar", folder: "flowers/train");
    /// </code>
    /// </example>
    public static IDataView LoadImageArchive(this DataOperationsCatalog catalog, string path, string? folder = null, string imageColumnName = "Image",
        string labelColumnName = "Label", string imagePathColumnName = "ImagePath", IReadOnlyCollection<string>? extensions = null,
        bool allowEmptyClasses = false)
    {
        ArgumentNullException.ThrowIfNull(catalog);
        ArgumentException.ThrowIfNullOrEmpty(path);
        CheckNames(imageColumnName, labelColumnName);
        CheckNames(imagePathColumnName, labelColumnName);
        CheckNames(imagePathColumnName, imageColumnName);
        var endings = CheckExtensions(extensions);

        var archive = ImageArchive.Open(path, MlNetEnvironment.TemporaryFolder(MlNetEnvironment.Of(catalog)), out var index);
        try
        {
            var classes = ArchiveClasses.Find(index, folder, endings, archive.Path, allowEmptyClasses);
            if (classes.Files.Find(file => Math.Max(file.Length, file.PackedLength) > Array.MaxLength) is { Length: > 0 } huge)
                throw new InvalidDataException($"'{huge.Name}' in '{archive.Path}' has {huge.Length} bytes; an image has at most {Array.MaxLength}.");
            return new ImageArchiveDataView(archive, classes, imageColumnName, labelColumnName, imagePathColumnName);
        }
        catch
        {
            archive.Dispose();
            throw;
        }
    }
}
