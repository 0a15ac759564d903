using Microsoft.ML;
using Microsoft.ML.Data;
using Ml.Cnn.OnnxConverter.Tests;
using Ml.Cnn.Transforms;
using Ml.Cnn.Transforms.Decoding;

namespace Ml.Cnn.Inspection.Tests;

/// <summary>The images that are most like another are found.</summary>
[TestClass]
public sealed class NeighborsTests
{
    private static readonly MLContext s_mlContext = new(seed: 1);

    /// <summary>Protects the search, on photos: an image of the data finds itself first, and then those that the embedding has as its neighbors.</summary>
    [TestMethod]
    public void An_image_of_the_data_is_its_own_first_neighbor()
    {
        byte[][] photos = [.. Photos.AntsAndBees(10).Select(photo => photo.Bytes)];
        using var model = DrawnModel.Of("resnet18", size: 64);
        var data = Data([[1, 2, 3], .. photos]);
        var found = model.Neighbors(data, photos[6], count: 8);
        Assert.AreEqual(photos.Length, found.Scored, "the damaged image is left out");
        Assert.HasCount(8, found.Images);
        Assert.AreEqual(7, found.Images[0].Row);
        Assert.AreEqual(1, found.Images[0].Similarity, 1e-5f);
        var embedded = model.Embed(data).Neighbors(6, 7);
        CollectionAssert.AreEqual(embedded.Select(neighbor => (long)neighbor.Image.Row).ToArray(), found.Images.Skip(1).Select(image => image.Row).ToArray());
        for (var i = 0; i < embedded.Count; i++)
            Assert.AreEqual(embedded[i].Similarity, found.Images[i + 1].Similarity, 1e-5f);
        var size = ImageDecoder.Decode(photos[6]);
        Assert.AreEqual(new(size.Width, size.Height), found.Images[0].ImageSize);

        // Nine tiles in two rows of seven cells of 140 pixels, a line of text below each, the caption above.
        var picture = ImageDecoder.Decode(found.ToPng());
        Assert.AreEqual((7 * 142 - 2 + 24, 12 + 26 + 2 * (140 + 20 + 2) + 12), (picture.Width, picture.Height));
    }

    /// <summary>Protects the ways to give an image: a file, its bytes and ML.NET's image have the same neighbors.</summary>
    [TestMethod]
    public void Files_bytes_and_images_have_the_same_neighbors()
    {
        byte[][] images = [.. Enumerable.Range(0, 6).Select(seed => PlantedImage.Noise(40, 32, seed))];
        using var model = DrawnModel.Of("squeezenet1_1", size: 32);
        using var folder = new TemporaryFolder();
        var (path, data) = (folder.Write("query.png", images[2]), Data(images));
        using var loaded = MLImage.CreateFromFile(path);
        foreach (var found in (CnnNeighbors[])[model.Neighbors(data, path), model.Neighbors(data, images[2]), model.Neighbors(data, loaded)])
        {
            Assert.HasCount(6, found.Images, "no more than there are");
            Assert.AreEqual(2, found.Images[0].Row);
            Assert.AreEqual(1, found.Images[0].Similarity, 1e-5f);
        }
    }

    [TestMethod]
    public void What_cannot_be_compared_is_said()
    {
        using var model = DrawnModel.Of("squeezenet1_1", size: 32);
        var (image, data) = (PlantedImage.Noise(32, 32, seed: 1), Data([[1, 2, 3]]));
        StringAssert.Contains(Assert.ThrowsExactly<ArgumentException>(() => model.Neighbors(data, image)).Message, "no image that can be read");
        Assert.ThrowsExactly<ImageDecodingException>(() => model.Neighbors(data, (ReadOnlySpan<byte>)[1, 2, 3]));
        Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => model.Neighbors(data, image, count: 0));
    }

    private static IDataView Data(IEnumerable<byte[]> images) => s_mlContext.Data.LoadFromEnumerable(images.Select(image => new Row { Image = image }));

    private sealed class Row
    {
        public byte[] Image { get; set; } = [];
    }
}
