using System.IO.Compression;
using Microsoft.ML;
using Microsoft.ML.Data;

namespace Ml.Cnn.Transforms.Tests;

[TestClass]
public class IdxTests
{
    private static readonly MLContext Context = new();
    private static readonly byte[] Images = [0, 0, 8, 3, 0, 0, 0, 2, 0, 0, 0, 2, 0, 0, 0, 3, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12];
    private static readonly byte[] Labels = [0, 0, 8, 1, 0, 0, 0, 2, 4, 255];

    [TestMethod]
    [DataRow(DataSplit.Train, 60_000, "5,0,4,1")]
    [DataRow(DataSplit.Test, 10_000, "7,2,1,0")]
    public void Mnist_loads(DataSplit split, int rows, string firstLabels)
    {
        var data = Context.Data.LoadMnist(SharedData.Require("data/mnist"), split);

        Assert.AreEqual(rows, data.GetRowCount());
        Assert.AreEqual(firstLabels, string.Join(',', Context.Data.TakeRows(data, 4).GetColumn<ReadOnlyMemory<char>>("Label")));
        Assert.AreEqual(new VectorDataViewType(NumberDataViewType.Byte, 28, 28, 1), data.Schema["Image"].Type);
        var mean = Rows.Images(Context.Data.TakeRows(data, 1000)).Average(image => image.Average(value => (double)value));
        Assert.AreEqual(33.3, mean, 3, "The mean of all of MNIST is 33.3; these are the first thousand.");
    }

    /// <summary>The same files, whatever they are called and however they are packed.</summary>
    [TestMethod]
    [DataRow("train-images-idx3-ubyte", "train-labels-idx1-ubyte", false)]
    [DataRow("train-images.idx3-ubyte", "train-labels.idx1-ubyte", true)]
    [DataRow("train-images-idx3-ubyte.gz", "train-labels-idx1-ubyte.gz", true)]
    [DataRow("train-images-idx3-ubyte.gz", "train-labels.idx1-ubyte", false)]
    public void Files_are_found_and_unpacked(string images, string labels, bool compressed)
    {
        using var folder = new TemporaryFolder();
        folder.Write(images, compressed ? Gzip(Images) : Images);
        folder.Write(labels, compressed ? Gzip(Labels) : Labels);

        var data = Context.Data.LoadMnist(folder.Path);

        CollectionAssert.AreEqual(new[] { "4", "255" }, Rows.Texts(data, "Label"));
        CollectionAssert.AreEqual(new byte[] { 7, 8, 9, 10, 11, 12 }, Rows.Images(data)[1]);
    }

    [TestMethod]
    public void What_is_not_there_is_named()
    {
        using var folder = new TemporaryFolder();
        var missing = Assert.ThrowsExactly<FileNotFoundException>(() => Context.Data.LoadMnist(folder.Path, DataSplit.Test));
        Assert.Contains("t10k-images-idx3-ubyte", missing.Message);
        Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => Context.Data.LoadMnist(folder.Path, (DataSplit)2));
        Assert.ThrowsExactly<DirectoryNotFoundException>(() => Context.Data.LoadMnist(Path.Join(folder.Path, "missing")));
        Assert.ThrowsExactly<FileNotFoundException>(() => Context.Data.LoadIdx(Path.Join(folder.Path, "images"), "labels"));
    }

    /// <summary>A download that broke off, a web page in place of a file, labels in place of images.</summary>
    [TestMethod]
    public void Wrong_files_are_refused_by_name()
    {
        AssertRefused("", Labels, "cut short");
        AssertRefused("<html>", Labels, "not an IDX file of images");
        AssertRefused(Labels, Labels, "not an IDX file of images");
        AssertRefused(Images, Images, "not an IDX file of labels");
        AssertRefused(Images[..^1], Labels, "cut short");
        AssertRefused(Images[..9], Labels, "cut short");
        AssertRefused([.. Images, 0], Labels, "more than");
        AssertRefused(Images, [0, 0, 8, 1, 0, 0, 0, 1, 4], "do not belong together");
        AssertRefused(Gzip(Images)[..^12], Labels, "");
        AssertRefused(Gzip(Images[..^1]), Labels, "cut short");
        AssertRefused([0x1F, 0x8B, .. "not gzip"u8], Labels, "damaged");
    }

    /// <summary>A header of 16 bytes must not cost gigabytes.</summary>
    [TestMethod]
    public void Sizes_that_cannot_be_are_refused_before_memory_is_taken()
    {
        byte[] huge = [0, 0, 8, 3, 0, 0, 0xFF, 0xFF, 0, 0, 0, 0x80, 0, 0, 0, 0xE0]; // 1.9 GB
        var before = GC.GetTotalAllocatedBytes(precise: true);

        AssertRefused(huge, Labels, "cut short");
        AssertRefused(Gzip(huge), Labels, "cut short");
        AssertRefused([0, 0, 8, 3, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF], Labels, "damaged");

        Assert.IsLessThan(100_000_000, GC.GetTotalAllocatedBytes(precise: true) - before);
    }

    private static void AssertRefused(string images, byte[] labels, string reason) =>
        AssertRefused(System.Text.Encoding.ASCII.GetBytes(images), labels, reason);

    private static void AssertRefused(byte[] images, byte[] labels, string reason)
    {
        using var folder = new TemporaryFolder();
        var (imagesPath, labelsPath) = (folder.Write("the images", images), folder.Write("the labels", labels));
        var refusal = Assert.ThrowsExactly<InvalidDataException>(() => Context.Data.LoadIdx(imagesPath, labelsPath));
        Assert.Contains(folder.Path, refusal.Message);
        Assert.Contains(reason, refusal.Message);
    }

    private static byte[] Gzip(byte[] bytes)
    {
        using var packed = new MemoryStream();
        using (var gzip = new GZipStream(packed, CompressionLevel.Fastest))
            gzip.Write(bytes);
        return packed.ToArray();
    }
}
