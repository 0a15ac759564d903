using Microsoft.ML;
using Microsoft.ML.Data;
using Microsoft.ML.Transforms.Image;

namespace Ml.Cnn.Transforms.Tests;

[TestClass]
public class InMemoryImagesTests
{
    private static readonly MLContext Context = new();

    [TestMethod]
    public void Bytes_and_streams_become_encoded_images()
    {
        var (jpeg, png) = (ReferenceImages.Read("baseline.jpg"), ReferenceImages.Read("alpha.png"));
        using var stream = new MemoryStream([0, .. png]);
        stream.Position = 1;

        foreach (var data in (IDataView[])[
            Context.Data.LoadImages([(jpeg, "a"), (png, "b")]),
            Context.Data.LoadImages(new List<(ReadOnlyMemory<byte>, string)> { (jpeg, "a"), (png, "b") }),
            Context.Data.LoadImages(new (Stream, string)[] { (new MemoryStream(jpeg), "a"), (stream, "b") })])
        {
            var images = Rows.Images(data);
            CollectionAssert.AreEqual(jpeg, images[0]);
            CollectionAssert.AreEqual(png, images[1]);
            CollectionAssert.AreEqual(new[] { "a", "b" }, Rows.Texts(data, "Label"));
            Assert.AreEqual(2, data.GetRowCount());
            Assert.IsTrue(data.CanShuffle && data.Schema["Image"].Type is VectorDataViewType { IsKnownSize: false });
        }
        Assert.IsTrue(stream.CanRead, "Streams stay the caller's.");
    }

    /// <summary>ML.NET's transforms dispose of the images that they read; a second epoch needs them again.</summary>
    [TestMethod]
    public void Images_can_be_read_again_and_again_by_ML_NETs_transforms()
    {
        IDataView data;
        using (var image = MLImage.CreateFromStream(new MemoryStream(ReferenceImages.Read("color.bmp"))))
            data = Context.Data.LoadImages([(image, "a"), (image, "b"), (image, "c")], "Image", "Class");

        var pixels = Context.Transforms.ResizeImages("Small", 4, 4, "Image").Append(Context.Transforms.ExtractPixels("Pixels", "Small")).Fit(data)
            .Transform(data);
        for (var epoch = 0; epoch < 3; epoch++)
        {
            var rows = pixels.GetColumn<float[]>("Pixels").ToList();
            Assert.HasCount(3, rows);
            CollectionAssert.AreEqual(rows[0], rows[2]);
            Assert.IsGreaterThan(0, rows[0].Sum());
        }
        Assert.IsInstanceOfType<ImageDataViewType>(data.Schema["Image"].Type);
        CollectionAssert.AreEqual(new[] { "a", "b", "c" }, Rows.Texts(data, "Class"));
    }

    [TestMethod]
    public void Missing_images_and_labels_are_refused()
    {
        Assert.Contains("Image 1", Assert.ThrowsExactly<ArgumentException>(() => Context.Data.LoadImages([(new byte[] { 1 }, "a"), ([], "a")])).Message);
        Assert.Contains("Image 0", Assert.ThrowsExactly<ArgumentException>(() => Context.Data.LoadImages([(new byte[] { 1 }, "")])).Message);
        Assert.ThrowsExactly<ArgumentException>(() => Context.Data.LoadImages(new (Stream, string)[] { (null!, "a") }));
        Assert.ThrowsExactly<ArgumentException>(() => Context.Data.LoadImages(new (MLImage, string)[] { (null!, "a") }));
        Assert.ThrowsExactly<ArgumentException>(() => Context.Data.LoadImages([(new byte[] { 1 }, "a")], "X", "X"));
    }
}
