using Ml.Cnn.Transforms;
using Ml.Cnn.Transforms.Sources;

namespace Microsoft.ML;

public static partial class CnnDataCatalog
{
    /// <summary>
    /// A part of CIFAR-10 from its binary version: a column of pixels (bytes, 32 × 32 × 3, RGB) and a column of class names
    /// as text (those of batches.meta.txt if it is there, else "airplane" to "truck"). The whole part is held in memory.
    /// </summary>
    /// <param name="catalog">The catalog.</param>
    /// <param name="path">
    /// The folder of data_batch_1.bin to data_batch_5.bin and test_batch.bin (or the folder above it), or the archive
    /// cifar-10-binary.tar.gz itself.
    /// </param>
    /// <param name="split"><see cref="DataSplit.Train"/> (the default, 50,000 images) or <see cref="DataSplit.Test"/> (10,000).</param>
    /// <param name="imageColumnName">The column of pixels. Default "Image".</param>
    /// <param name="labelColumnName">The column of class names. Default "Label".</param>
    /// <exception cref="ArgumentOutOfRangeException">There is no such split.</exception>
    /// <exception cref="DirectoryNotFoundException">There is no such folder or archive.</exception>
    /// <exception cref="FileNotFoundException">A file of the split is missing.</exception>
    /// <exception cref="InvalidDataException">A file is cut short, damaged or of another format.</exception>
    /// <example>
    /// <code>
    /// IDataView train = mlContext.Data.LoadCifar10("cifar-10-batches-bin");
    /// IDataView test = mlContext.Data.LoadCifar10("cifar-10-batches-bin", DataSplit.Test);
    /// </code>
    /// </example>
    public static IDataView LoadCifar10(this DataOperationsCatalog catalog, string path, DataSplit split = DataSplit.Train,
        string imageColumnName = "Image", string labelColumnName = "Label") =>
        LoadCifar(catalog, path, split, CifarFormat.Cifar10, imageColumnName, labelColumnName);

    /// <summary>
    /// A part of CIFAR-100 from its binary version: a column of pixels (bytes, 32 × 32 × 3, RGB) and a column of class names
    /// as text (those of fine_label_names.txt or coarse_label_names.txt if it is there, else the labels' numbers). The whole
    /// part is held in memory.
    /// </summary>
    /// <param name="catalog">The catalog.</param>
    /// <param name="path">The folder of train.bin and test.bin (or the folder above it), or the archive cifar-100-binary.tar.gz itself.</param>
    /// <param name="split"><see cref="DataSplit.Train"/> (the default, 50,000 images) or <see cref="DataSplit.Test"/> (10,000).</param>
    /// <param name="fineLabels">True, the default, for the hundred classes; false for the twenty superclasses.</param>
    /// <param name="imageColumnName">The column of pixels. Default "Image".</param>
    /// <param name="labelColumnName">The column of class names. Default "Label".</param>
    /// <exception cref="ArgumentOutOfRangeException">There is no such split.</exception>
    /// <exception cref="DirectoryNotFoundException">There is no such folder or archive.</exception>
    /// <exception cref="FileNotFoundException">A file of the split is missing.</exception>
    /// <exception cref="InvalidDataException">A file is cut short, damaged or of another format.</exception>
    public static IDataView LoadCifar100(this DataOperationsCatalog catalog, string path, DataSplit split = DataSplit.Train, bool fineLabels = true,
        string imageColumnName = "Image", string labelColumnName = "Label") =>
        LoadCifar(catalog, path, split, fineLabels ? CifarFormat.Cifar100Fine : CifarFormat.Cifar100Coarse, imageColumnName, labelColumnName);

    private static CifarDataView LoadCifar(
        DataOperationsCatalog catalog, string path, DataSplit split, CifarFormat format, string imageColumnName, string labelColumnName)
    {
        ArgumentNullException.ThrowIfNull(catalog);
        ArgumentException.ThrowIfNullOrEmpty(path);
        CheckNames(imageColumnName, labelColumnName);
        return new CifarDataView(CifarFiles.Read(path, split, format), format, imageColumnName, labelColumnName);
    }
}
