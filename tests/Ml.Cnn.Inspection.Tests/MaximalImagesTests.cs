using Microsoft.ML;
using Ml.Cnn.OnnxConverter.Tests;
using Ml.Cnn.Transforms.Decoding;

namespace Ml.Cnn.Inspection.Tests;

/// <summary>The images that excite a channel are found, with the part that does.</summary>
[TestClass]
public sealed class MaximalImagesTests
{
    private const int Side = 32;

    /// <summary>Protects the order, the rows and the parts: a channel that sees red, and images with red squares of known redness and place.</summary>
    [TestMethod]
    public void Red_images_excite_the_red_channel_where_they_are_red()
    {
        var mlContext = new MLContext(seed: 1);
        using var model = DrawnModel.Of(RedNetwork.Make(), Side, Side);
        byte[][] images =
        [
            PlantedImage.Square(64, 64, 10, 30, 16, red: 180), [1, 2, 3], PlantedImage.Square(64, 64, 40, 4, 16, red: 255),
            PlantedImage.Square(64, 64, 20, 20, 16, red: 150), PlantedImage.Square(64, 64, 0, 0, 16, red: 220),
        ];
        var data = mlContext.Data.LoadFromEnumerable(images.Select(image => new Row { Image = image }));
        var found = model.MaximalImages(data, "conv", channel: 0, count: 3);
        Assert.AreEqual(4, found.Scored, "the damaged image is left out");
        CollectionAssert.AreEqual(new long[] { 2, 4, 0 }, found.Images.Select(image => image.Row).ToArray());
        var responses = found.Images.Select(image => image.Response).ToArray();
        CollectionAssert.AreEqual(responses.OrderDescending().ToArray(), responses);
        Assert.AreEqual(new(40, 4, 16, 16), found.Images[0].Place);
        Assert.AreEqual(new(0, 0, 16, 16), found.Images[1].Place);
        Assert.AreEqual(new(10, 30, 16, 16), found.Images[2].Place);
        var maps = model.FeatureMaps(images[2], "conv");
        Assert.AreEqual(maps.Values.Take(Side * Side).Max(), found.Images[0].Response, 1e-3f);

        // The square is as it was, the rest gray and pale: cells of 160 pixels, the images magnified twice to 128.
        var picture = ImageDecoder.Decode(found.ToPng());
        CollectionAssert.AreEqual(new byte[] { 255, 116, 104 }, Pixel(picture, 12 + 16 + 96, 12 + 26 + 16 + 24));
        var outside = Pixel(picture, 12 + 16 + 20, 12 + 26 + 16 + 100);
        Assert.IsTrue(outside[0] == outside[1] && outside[1] == outside[2] && outside[0] is > 150 and < 255, string.Join(' ', outside));
    }

    [TestMethod]
    public void A_channel_that_is_not_there_is_named()
    {
        var mlContext = new MLContext(seed: 1);
        using var model = DrawnModel.Of(RedNetwork.Make(), Side, Side);
        var data = mlContext.Data.LoadFromEnumerable([new Row { Image = [1, 2, 3] }]);
        StringAssert.Contains(Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => model.MaximalImages(data, "conv", 3)).Message, "channels 0 to 2");
        StringAssert.Contains(Assert.ThrowsExactly<ArgumentException>(() => model.MaximalImages(data, "conf", 0)).Message, "conv");
        StringAssert.Contains(Assert.ThrowsExactly<ArgumentException>(() => model.MaximalImages(data, "conv", 0)).Message, "no image that can be read");
    }

    private static byte[] Pixel(PixelImage image, int x, int y) => image.Pixels.Slice((y * image.Width + x) * image.Channels, image.Channels).ToArray();

    private sealed class Row
    {
        public byte[] Image { get; set; } = [];
    }
}
