using Microsoft.ML;
using Ml.Cnn.OnnxConverter.Tests;
using Ml.Cnn.Trainers.Inspection;
using Ml.Cnn.Transforms;
using Ml.Cnn.Transforms.Decoding;

namespace Ml.Cnn.Inspection.Tests;

/// <summary>Filters and responses are the network's own, and pictures show them.</summary>
[TestClass]
public sealed class PictureTests
{
    [TestMethod]
    public void Kernels_are_the_layer_s_weights()
    {
        using var model = DrawnModel.Of("resnet18", size: 64);
        var first = model.Kernels();
        Assert.AreEqual("conv1: 64 filters of 3 × 7 × 7", first.ToString());
        Assert.IsTrue(first.IsColor);
        var weight = model.Scorer.Network.get_parameter("conv1.weight")!;
        Assert.AreEqual(weight[5, 2, 3, 6].item<float>(), first[5, 2, 3, 6]);
        CollectionAssert.AreEqual(weight.contiguous().data<float>().ToArray(), first.Values.ToArray());
        var inner = model.Kernels("layer2");
        Assert.AreEqual("layer2.0.conv1", inner.Layer);
        Assert.IsFalse(inner.IsColor);
    }

    /// <summary>Protects the colors and the scale: the largest weight is white or black, 0 is gray.</summary>
    [TestMethod]
    public void A_picture_of_kernels_shows_the_weights_in_color()
    {
        using var model = DrawnModel.Of(RedNetwork.Make(), 32, 32);
        var sheet = ImageDecoder.Decode(model.Kernels().ToPng(), new() { Channels = 3 });
        // Filters are 1 × 1, magnified to 112 × 112, below a caption of 26 pixels and a margin of 12: the first sees 1, 0.5 and 0 of red, green and blue.
        CollectionAssert.AreEqual(new byte[] { 255, 191, 128 }, Pixel(sheet, 12 + 56, 12 + 26 + 56));
        CollectionAssert.AreEqual(new byte[] { 128, 255, 64 }, Pixel(sheet, 12 + 114 + 56, 12 + 26 + 56));
    }

    /// <summary>Protects what features are: the same numbers as those of the library's own features of a layer.</summary>
    [TestMethod]
    [DataRow("features.3")]
    [DataRow("features.12")]
    public void Responses_are_the_features_of_the_layer(string layer)
    {
        var mlContext = new MLContext(seed: 1);
        using var model = DrawnModel.Of("squeezenet1_1", size: 64);
        var image = PlantedImage.Noise(64, 64, seed: 6);
        var maps = model.FeatureMaps(image, layer);
        var data = mlContext.Data.LoadFromEnumerable([new Row { Image = image }]);
        using var featurizer = mlContext.Transforms.CnnFeatures("Features", "Image", model, maps.Layer, pool: false).Fit(data);
        var features = mlContext.Data.CreateEnumerable<Featured>(featurizer.Transform(data), reuseRowObject: false).Single().Features;
        Assert.HasCount(features.Length, maps.Values);
        for (var i = 0; i < features.Length; i++)
            Assert.AreEqual(features[i], maps.Values[i], 1e-3f * Math.Max(1, Math.Abs(features[i])));
        Assert.AreEqual(maps.Channels * maps.Height * maps.Width, features.Length);
    }

    [TestMethod]
    public void A_sheet_has_every_convolution_in_order()
    {
        using var model = DrawnModel.Of("alexnet", size: 64);
        var sheet = model.FeatureSheet(PlantedImage.Noise(64, 64, seed: 6));
        CollectionAssert.AreEqual(new[] { "features.0", "features.3", "features.6", "features.8", "features.10" },
            sheet.Layers.Select(layer => layer.Layer).ToArray());
        CollectionAssert.AreEqual(new[] { 64, 192, 384, 256, 256 }, sheet.Layers.Select(layer => layer.Channels).ToArray());
        Assert.IsTrue(sheet.Layers.All(layer => layer.Kind == "conv2d" && layer.Layers == CnnSummary.Of(model).Layers.Count), $"{sheet.Layers[0]}");
        // Twenty tiles in a row, 64 in four rows and a hundred in five.
        var picture = ImageDecoder.Decode(sheet.ToPng());
        Assert.IsGreaterThan(20 * 50, picture.Width);
        var chosen = model.FeatureSheet(PlantedImage.Noise(64, 64, seed: 6), ["classifier.6", "features.12"]);
        CollectionAssert.AreEqual(new[] { "features.12", "classifier.6" }, chosen.Layers.Select(layer => layer.Layer).ToArray());
        Assert.AreEqual((10, 1, 1), (chosen.Layers[1].Channels, chosen.Layers[1].Height, chosen.Layers[1].Width));
    }

    /// <summary>Protects what people see: warm where the map is high, blue where it is 0, gray and pale where nothing was looked at.</summary>
    [TestMethod]
    public void A_heat_map_lies_over_its_image()
    {
        using var single = DrawnModel.Of(RedNetwork.Make(), 40, 40);
        using var model = single.WithTestTimeAugmentation(TestTimeAugmentation.None, resizeShortSide: 40);
        var map = model.HeatMap(PlantedImage.Red(80, 40, 45, 10, 10), new() { Method = CnnHeatMapMethod.HiResCam, ClassName = "class0" });
        Assert.AreEqual(new(20, 0, 40, 40), map.Place);
        var picture = ImageDecoder.Decode(map.ToPng(longSide: 160), new() { Channels = 3 });
        Assert.AreEqual((160, 80), (picture.Width, picture.Height));
        var (hot, cold, unseen) = (Pixel(picture, 100, 30), Pixel(picture, 60, 60), Pixel(picture, 10, 10));
        Assert.IsTrue(hot[0] > hot[1] + 100 && hot[0] > hot[2] + 100, string.Join(' ', hot));
        Assert.IsTrue(cold[2] >= cold[0], string.Join(' ', cold));
        Assert.IsTrue(unseen[0] == unseen[1] && unseen[1] == unseen[2] && unseen[0] > 100, string.Join(' ', unseen));
    }

    [TestMethod]
    public void Deep_networks_fit_on_a_sheet()
    {
        using var model = DrawnModel.Of("densenet121", size: 32);
        var picture = ImageDecoder.Decode(model.FeatureSheet(PlantedImage.Noise(32, 32, seed: 1)).ToPng());
        Assert.IsLessThanOrEqualTo(16_000, picture.Height);
    }

    private static byte[] Pixel(PixelImage image, int x, int y) => image.Pixels.Slice((y * image.Width + x) * image.Channels, image.Channels).ToArray();

    private sealed class Row
    {
        public byte[] Image { get; set; } = [];
    }

    private sealed class Featured
    {
        public float[] Features { get; set; } = [];
    }
}
