using System.Globalization;

namespace Ml.Cnn.Transforms.Sources;

/// <summary>
/// How the binary version of CIFAR-10 or CIFAR-100 lies in files (https://www.cs.toronto.edu/~kriz/cifar.html): rows of one
/// or two label bytes and 3 × 32 × 32 bytes, all of red before all of green before all of blue.
/// </summary>
/// <param name="Name">The data set's, for messages.</param>
/// <param name="TrainFiles">The files of the training set, in order.</param>
/// <param name="TestFile">The file of the test set.</param>
/// <param name="LabelBytes">Label bytes at a row's beginning.</param>
/// <param name="LabelByte">Which of them is the label.</param>
/// <param name="NamesFile">The file that holds a class name per line.</param>
/// <param name="ClassNames">The names where that file is missing.</param>
internal sealed record CifarFormat(
    string Name, string[] TrainFiles, string TestFile, int LabelBytes, int LabelByte, string NamesFile, string[] ClassNames)
{
    public const int Side = 32;

    public const int Plane = Side * Side;

    /// <summary>A row of five batches and one test batch.</summary>
    public static CifarFormat Cifar10 { get; } = new(
        "CIFAR-10", ["data_batch_1.bin", "data_batch_2.bin", "data_batch_3.bin", "data_batch_4.bin", "data_batch_5.bin"], "test_batch.bin", 1, 0,
        "batches.meta.txt", ["airplane", "automobile", "bird", "cat", "deer", "dog", "frog", "horse", "ship", "truck"]);

    /// <summary>The hundred classes.</summary>
    public static CifarFormat Cifar100Fine { get; } = new("CIFAR-100", ["train.bin"], "test.bin", 2, 1, "fine_label_names.txt", Numbers(100));

    /// <summary>The twenty groups of five classes.</summary>
    public static CifarFormat Cifar100Coarse { get; } = new("CIFAR-100", ["train.bin"], "test.bin", 2, 0, "coarse_label_names.txt", Numbers(20));

    public int RowBytes => LabelBytes + 3 * Plane;

    /// <summary>The files of a split.</summary>
    /// <exception cref="ArgumentOutOfRangeException">There is no such split.</exception>
    public string[] FilesOf(DataSplit split) => split switch
    {
        DataSplit.Train => TrainFiles,
        DataSplit.Test => [TestFile],
        _ => throw new ArgumentOutOfRangeException(nameof(split), split, "The split must be Train or Test."),
    };

    private static string[] Numbers(int count) => [.. Enumerable.Range(0, count).Select(label => label.ToString(CultureInfo.InvariantCulture))];
}
