using SkiaSharp;

namespace MlCnn.Cli.Tests;

/// <summary>mlcnn inspect: pictures of a trained network.</summary>
[TestClass]
public sealed class InspectTests : CliTest
{
    [TestMethod]
    public void Filters_responses_and_heat_maps_become_pictures()
    {
        Run("train", "--data", "digits:64", "--arch", "lenet5", "--epochs", "1", "--out", "m.zip").Expect(0);
        Images.WriteFile(Path.Join(Folder, "one.png"), [.. Enumerable.Range(0, 28 * 28).Select(i => i % 28 is > 12 and < 16 ? byte.MaxValue : (byte)0)]);

        var kernels = Run("inspect", "kernels", "--model", "m.zip", "--out", "k.png", "--json").Expect(0).Json;
        AssertProperties(kernels, "layer", "filters", "filterShape", "isColor", "file");
        Assert.AreEqual("conv1", kernels.GetProperty("layer").GetString());
        Assert.AreEqual("[1,5,5]", kernels.GetProperty("filterShape").GetRawText());
        AssertIsPicture("k.png");

        var features = Run("inspect", "features", "--model", "m.zip", "--image", "one.png", "--out", "f.png", "--json").Expect(0).Json;
        AssertProperties(features, "layers", "file");
        CollectionAssert.AreEqual((string[])["conv1", "conv2"],
            features.GetProperty("layers").EnumerateArray().Select(layer => layer.GetProperty("layer").GetString()).ToArray());
        AssertIsPicture("f.png");
        Assert.Contains("pool1 (", Run("inspect", "features", "--model", "m.zip", "--image", "one.png", "--layer", "pool1", "--out", "p.png").Expect(0).Output);

        var map = Run("inspect", "heatmap", "--model", "m.zip", "--image", "one.png", "--class", "1", "--method", "HiResCam", "--out", "h.png", "--json")
            .Expect(0).Json;
        AssertProperties(map, "label", "probability", "method", "layer", "layerShape", "place", "peak", "file");
        Assert.AreEqual("1", map.GetProperty("label").GetString());
        Assert.AreEqual("hirescam", map.GetProperty("method").GetString());
        Assert.AreEqual("[0,0,28,28]", map.GetProperty("place").GetRawText());
        AssertIsPicture("h.png");

        var maximal = Run("inspect", "maximal", "--model", "m.zip", "--data", "digits:64", "--layer", "conv2", "--channel", "3", "--images", "5",
            "--out", "x.png", "--json").Expect(0).Json;
        AssertProperties(maximal, "layer", "channel", "scored", "images", "file");
        Assert.AreEqual(64, maximal.GetProperty("scored").GetInt32());
        Assert.AreEqual(5, maximal.GetProperty("images").GetArrayLength());
        AssertIsPicture("x.png");

        var dreams = Run("inspect", "dream", "--model", "m.zip", "--class", "8", "--images", "5", "--steps", "8", "--out", "d.png", "--json").Expect(0).Json;
        AssertProperties(dreams, "images", "file");
        var dream = dreams.GetProperty("images")[1];
        AssertProperties(dream, "label", "probability", "layer", "channel", "firstResponse", "response");
        Assert.AreEqual((2, "9"), (dreams.GetProperty("images").GetArrayLength(), dream.GetProperty("label").GetString()), "8 and 9 are the last classes");
        Assert.IsGreaterThan(dream.GetProperty("firstResponse").GetDouble(), dream.GetProperty("response").GetDouble());
        AssertIsPicture("d.png");
        Assert.Contains("conv2, channel 3: response", Run("inspect", "dream", "--model", "m.zip", "--layer", "conv2", "--channel", "3", "--image", "one.png",
            "--steps", "8", "--blur", "0", "--jitter", "2", "--seed", "4", "--out", "c.png").Expect(0).Output);
        AssertIsPicture("c.png");

        Assert.Contains("no class '11'", Run("inspect", "dream", "--model", "m.zip", "--class", "11", "--out", "d.png").Expect(1).Error);
        Assert.Contains("--channel needs --layer", Run("inspect", "dream", "--model", "m.zip", "--channel", "1", "--out", "d.png").Expect(2).Error);
        var points = Run("inspect", "embed", "--model", "m.zip", "--data", "digits:64", "--out", "e.png", "--json").Expect(0).Json;
        AssertProperties(points, "layer", "features", "firstShare", "secondShare", "images", "file");
        Assert.AreEqual(64, points.GetProperty("images").GetArrayLength());
        AssertProperties(points.GetProperty("images")[3], "row", "label", "x", "y");
        AssertIsPicture("e.png");
        Assert.Contains("conv2, 16 features of 64 images",
            Run("inspect", "embed", "--model", "m.zip", "--data", "digits:64", "--layer", "conv2", "--images", "--out", "i.png").Expect(0).Output);
        AssertIsPicture("i.png");

        var neighbors = Run("inspect", "neighbors", "--model", "m.zip", "--data", "digits:64", "--image", "one.png", "--count", "4", "--out", "n.png", "--json")
            .Expect(0).Json;
        AssertProperties(neighbors, "layer", "scored", "images", "file");
        Assert.AreEqual(4, neighbors.GetProperty("images").GetArrayLength());
        AssertProperties(neighbors.GetProperty("images")[0], "row", "similarity", "size");
        AssertIsPicture("n.png");

        Assert.Contains("no layer called 'conv9'", Run("inspect", "kernels", "--model", "m.zip", "--layer", "conv9", "--out", "k.png").Expect(1).Error);
        Assert.Contains("no class '11'",
            Run("inspect", "heatmap", "--model", "m.zip", "--image", "one.png", "--class", "11", "--out", "h.png").Expect(1).Error);
        Assert.Contains("--layer does not go with --method occlusion",
            Run("inspect", "heatmap", "--model", "m.zip", "--image", "one.png", "--method", "occlusion", "--layer", "conv1", "--out", "h.png").Expect(2).Error);
    }

    private void AssertIsPicture(string name)
    {
        using var picture = SKBitmap.Decode(Path.Join(Folder, name));
        Assert.IsNotNull(picture, name);
        Assert.IsGreaterThan(100, picture.Width, name);
    }
}
