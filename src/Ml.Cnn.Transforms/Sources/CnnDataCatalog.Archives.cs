using Ml.Cnn.MlNet;
using Ml.Cnn.Transforms.Sources;

namespace Microsoft.ML;

public static partial class CnnDataCatalog
{
    /// <summary>
    /// The images of a tar archive with one folder per class, read without unpacking it: a column of names within the
    /// archive, a column of encoded images (bytes, as ML.NET's LoadRawImageBytes gives) and a column of class names.
    /// Classes and images come in ordinal order; the data view shuffles fully, holds only names and offsets, and reads on
    /// any number of threads.
    /// </summary>
    /// <remarks>
    /// <para>The classes are the folders directly below <paramref name="folder"/>, or below the deepest folder that holds all
    /// images; images deeper down belong to the class above them. Links, and names that start with a dot (such as macOS's
    /// ._ files), are left out.</para>
    /// <para>The archive stays open while the data view is in use. A compressed one is unpacked once into one temporary file
    /// (in <c>MLContext.TempFilePath</c>), which is deleted when it is closed. To close it earlier than the garbage
    /// collector does, dispose of the data view: it is an <see cref="IDisposable"/>.</para>
    /// </remarks>
    /// <param name="catalog">The catalog.</param>
    /// <param name="path">A .tar file, or one compressed with gzip (.tar.gz, .tgz), told apart by content.</param>
    /// <param name="folder">The folder in the archive that holds the class folders, with slashes, such as "flowers/train". Default: the one that all images share.</param>
    /// <param name="imageColumnName">The column of encoded images. Default "Image".</param>
    /// <param name="labelColumnName">The column of class names. Default "Label".</param>
    /// <param name="imagePathColumnName">The column of the images' names in the archive. Default "ImagePath".</param>
    /// <param name="extensions">The file name endings of images, with the dot; case does not matter. Default: .jpg, .jpeg, .png, .bmp, .gif and .webp.</param>
    /// <exception cref="FileNotFoundException">There is no such file.</exception>
    /// <exception cref="InvalidDataException">The archive is cut short, damaged or no tar archive.</exception>
    /// <exception cref="InvalidOperationException">It has no images in class folders, or parts such as train and test of which one must be chosen.</exception>
    /// <exception cref="ArgumentException">A name or an extension is empty, or two columns have the same name.</exception>
    /// <example>
    /// <code>
    /// IDataView train = mlContext.Data.LoadImageArchive("flowers.tar", folder: "flowers/train");
    /// </code>
    /// </example>
    public static IDataView LoadImageArchive(this DataOperationsCatalog catalog, string path, string? folder = null, string imageColumnName = "Image",
        string labelColumnName = "Label", string imagePathColumnName = "ImagePath", IReadOnlyCollection<string>? extensions = null)
    {
        ArgumentNullException.ThrowIfNull(catalog);
        ArgumentException.ThrowIfNullOrEmpty(path);
        CheckNames(imageColumnName, labelColumnName);
        CheckNames(imagePathColumnName, labelColumnName);
        CheckNames(imagePathColumnName, imageColumnName);
        var endings = CheckExtensions(extensions);

        var archive = ImageArchive.Open(path, MlNetEnvironment.TemporaryFolder(MlNetEnvironment.Of(catalog)), out var files);
        try
        {
            var images = ArchiveClasses.Find(files, folder, endings, archive.Path);
            if (images.FirstOrDefault(image => image.File.Length > Array.MaxLength) is { Class: not null } huge)
                throw new InvalidDataException($"'{huge.File.Name}' in '{archive.Path}' has {huge.File.Length} bytes; an image has at most {Array.MaxLength}.");
            return new ImageArchiveDataView(archive, images, imageColumnName, labelColumnName, imagePathColumnName);
        }
        catch
        {
            archive.Dispose();
            throw;
        }
    }
}
