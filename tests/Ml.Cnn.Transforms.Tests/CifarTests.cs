using System.Formats.Tar;
using System.IO.Compression;
using Microsoft.ML;
using Microsoft.ML.Data;

namespace Ml.Cnn.Transforms.Tests;

[TestClass]
public class CifarTests
{
    private const int Plane = 32 * 32;
    private static readonly MLContext Context = new();

    [TestMethod]
    public void Pixels_come_out_with_their_channels_side_by_side_and_labels_as_names()
    {
        using var folder = new TemporaryFolder();
        WriteCifar10(folder);

        var train = Context.Data.LoadCifar10(folder.Path);
        var test = Context.Data.LoadCifar10(folder.Path, DataSplit.Test);

        CollectionAssert.AreEqual(new[] { "airplane", "automobile", "bird", "cat", "deer", "dog", "frog", "horse", "ship", "truck" },
            Rows.Texts(train, "Label"));
        CollectionAssert.AreEqual(new[] { "truck" }, Rows.Texts(test, "Label"));
        CollectionAssert.AreEqual(new[] { 32, 32, 3 }, ((VectorDataViewType)train.Schema["Image"].Type).Dimensions);
        var images = Rows.Images(train);
        for (var row = 0; row < 10; row++)
        {
            var planes = Pixels(row);
            var expected = Enumerable.Range(0, 3 * Plane).Select(i => planes[i % 3 * Plane + i / 3]).ToArray();
            CollectionAssert.AreEqual(expected, images[row], $"row {row}");
        }
        Assert.IsTrue(train.CanShuffle);
    }

    [TestMethod]
    public void Names_come_from_the_meta_file_if_there_is_one()
    {
        using var folder = new TemporaryFolder();
        WriteCifar10(folder, "cifar-10-batches-bin/");
        folder.Write("cifar-10-batches-bin/batches.meta.txt", [.. "a\nb\r\nc\nd\ne\nf\ng\nh\ni\nj\n\n"u8]);

        CollectionAssert.AreEqual("abcdefghij".Select(letter => letter.ToString()).ToList(), Rows.Texts(Context.Data.LoadCifar10(folder.Path), "Label"));
    }

    [TestMethod]
    public void Cifar100_has_fine_and_coarse_labels()
    {
        using var folder = new TemporaryFolder();
        folder.Write("train.bin", [7, 99, .. Pixels(0), 19, 0, .. Pixels(1)]);
        folder.Write("test.bin", [1, 2, .. Pixels(2)]);

        CollectionAssert.AreEqual(new[] { "99", "0" }, Rows.Texts(Context.Data.LoadCifar100(folder.Path), "Label"));
        CollectionAssert.AreEqual(new[] { "7", "19" }, Rows.Texts(Context.Data.LoadCifar100(folder.Path, fineLabels: false), "Label"));
        CollectionAssert.AreEqual(new[] { "2" }, Rows.Texts(Context.Data.LoadCifar100(folder.Path, DataSplit.Test), "Label"));
        Assert.AreEqual(Pixels(1)[Plane], Rows.Images(Context.Data.LoadCifar100(folder.Path))[1][1], "The second value is the first of green.");

        folder.Write("coarse_label_names.txt", [.. Enumerable.Range(0, 20).SelectMany(i => System.Text.Encoding.UTF8.GetBytes($"größe {i}\n"))]);
        CollectionAssert.AreEqual(new[] { "größe 7", "größe 19" }, Rows.Texts(Context.Data.LoadCifar100(folder.Path, fineLabels: false), "Label"));
    }

    [TestMethod]
    public void The_downloaded_archive_reads_like_the_folder()
    {
        using var folder = new TemporaryFolder();
        WriteCifar10(folder, "in/cifar-10-batches-bin/");
        var archive = Path.Join(folder.Path, "cifar-10-binary.tar.gz");
        using (var zip = new GZipStream(File.Create(archive), CompressionLevel.Fastest))
            TarFile.CreateFromDirectory(Path.Join(folder.Path, "in"), zip, includeBaseDirectory: false);

        var data = Context.Data.LoadCifar10(archive);

        Assert.HasCount(10, Rows.Texts(data, "Label"));
        CollectionAssert.AreEqual(Rows.Images(Context.Data.LoadCifar10(Path.Join(folder.Path, "in")))[9], Rows.Images(data)[9]);
        Assert.Contains("holds no train.bin", Assert.ThrowsExactly<FileNotFoundException>(() => Context.Data.LoadCifar100(archive)).Message);
        var garbage = folder.Write("garbage.tar", new byte[700].Select(_ => (byte)77).ToArray());
        Assert.Contains("garbage.tar", Assert.ThrowsExactly<InvalidDataException>(() => Context.Data.LoadCifar10(garbage)).Message);
    }

    [TestMethod]
    public void Files_that_are_not_right_are_named()
    {
        using var folder = new TemporaryFolder();
        WriteCifar10(folder);

        folder.Write("data_batch_3.bin", [4, .. Pixels(0)[1..]]);
        Assert.Contains("data_batch_3.bin", Assert.ThrowsExactly<InvalidDataException>(() => Context.Data.LoadCifar10(folder.Path)).Message);
        folder.Write("data_batch_3.bin", [10, .. Pixels(0)]);
        Assert.Contains("label 10", Assert.ThrowsExactly<InvalidDataException>(() => Context.Data.LoadCifar10(folder.Path)).Message);
        folder.Write("data_batch_3.bin");
        Assert.ThrowsExactly<InvalidDataException>(() => Context.Data.LoadCifar10(folder.Path));
        File.Delete(Path.Join(folder.Path, "data_batch_3.bin"));
        Assert.Contains("data_batch_3.bin", Assert.ThrowsExactly<FileNotFoundException>(() => Context.Data.LoadCifar10(folder.Path)).Message);
        Assert.ThrowsExactly<DirectoryNotFoundException>(() => Context.Data.LoadCifar10(Path.Join(folder.Path, "missing")));
        Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => Context.Data.LoadCifar10(folder.Path, (DataSplit)2));
    }

    /// <summary>Two rows in each batch, one in the test set.</summary>
    private static void WriteCifar10(TemporaryFolder folder, string below = "")
    {
        for (var batch = 0; batch < 5; batch++)
            folder.Write($"{below}data_batch_{batch + 1}.bin", [(byte)(2 * batch), .. Pixels(2 * batch), (byte)(2 * batch + 1), .. Pixels(2 * batch + 1)]);
        folder.Write($"{below}test_batch.bin", [9, .. Pixels(100)]);
    }

    private static byte[] Pixels(int seed)
    {
        var pixels = new byte[3 * Plane];
        new Random(seed).NextBytes(pixels);
        return pixels;
    }
}
