using Ml.Cnn.OnnxConverter.Tests;
using Ml.Cnn.Trainers;
using Ml.Cnn.Transforms.Decoding;

namespace Ml.Cnn.Inspection.Tests;

/// <summary>Images that are made to excite a class or a channel do, and are the pixels that the network is said to have seen.</summary>
[TestClass]
public sealed class DreamTests
{
    private const int Side = 32;

    /// <summary>
    /// Protects the direction of the steps and the way back to pixels, by hand: the logits of <see cref="RedNetwork"/> grow with red by 2.125, with blue by 1
    /// and do not depend on green, or grow with green by 2.5 and fall with red and blue.
    /// </summary>
    [TestMethod]
    public void A_class_that_red_and_blue_speak_for_becomes_purple()
    {
        using var model = DrawnModel.Of(RedNetwork.Make(), Side, Side);
        var purple = model.Dream(new() { ClassName = "class0" });
        var (red, green, blue) = purple[Side / 2, Side / 2];
        Assert.AreEqual((255, 255), (red, blue), $"{purple}");
        Assert.IsTrue(green is > 80 and < 160, $"{green}: nothing speaks for or against green, which stays near the gray that it was");
        Assert.AreEqual((0, 255, 0), model.Dream(new() { ClassName = "class1" })[5, 5]);

        Assert.IsGreaterThan(purple.FirstResponse, purple.Response);
        Assert.AreEqual((Side, Side), (purple.Width, purple.Height));
        using var predictor = new CnnPredictor(model);
        var scored = predictor.Predict(purple.ToPng(longSide: Side)).Classes.Single(each => each.Label == "class0").Probability;
        Assert.AreEqual(scored, purple.Probability!.Value, 0.01f, "the picture is what was scored");
    }

    /// <summary>Protects networks of many layers, in-place activations and branches: what is asked for is excited, from noise and from a photo.</summary>
    [TestMethod]
    [DataRow("squeezenet1_1", "features.7")]
    [DataRow("mobilenet_v2", "features.9")]
    [DataRow("googlenet", "inception4a")]
    public void A_channel_is_excited(string network, string layer)
    {
        using var model = DrawnModel.Of(network, size: 64);
        var photo = PlantedImage.Square(90, 70, 20, 10, 40, red: 255);
        var options = new CnnDreamOptions { Layer = layer, Channel = LiveChannel(model.FeatureMaps(photo, layer)), Steps = 24 };
        var drawn = model.Dream(options);
        Assert.IsGreaterThan(drawn.FirstResponse, drawn.Response, $"{drawn}");
        Assert.IsNull(drawn.ClassName);
        Assert.IsTrue(drawn.Layer!.StartsWith(layer, StringComparison.Ordinal), drawn.Layer);

        var changed = model.Dream(photo, options);
        Assert.IsGreaterThan(changed.FirstResponse, changed.Response, $"{changed}");
        CollectionAssert.AreNotEqual(drawn.ToPng(), changed.ToPng());
    }

    // Of a drawn network, some channels are 0 whatever the image, and have no gradient.
    private static int LiveChannel(CnnFeatureMaps maps) => maps.Values.Chunk(maps.Height * maps.Width).Index().MaxBy(map => map.Item.Average()).Index;

    [TestMethod]
    public void The_seed_says_which_image_is_made()
    {
        using var model = DrawnModel.Of("squeezenet1_1", size: 64);
        var options = new CnnDreamOptions { ClassName = "class3", Steps = 6, Seed = 1 };
        CollectionAssert.AreEqual(model.Dream(options).ToPng(), model.Dream(options).ToPng());
        options.Seed = 2;
        CollectionAssert.AreNotEqual(model.Dream(new() { ClassName = "class3", Steps = 6, Seed = 1 }).ToPng(), model.Dream(options).ToPng());
    }

    /// <summary>Protects gray networks, channels that nothing excites, and the extremes of the options: no exception and no NaN.</summary>
    [TestMethod]
    public void Extremes_are_drawn()
    {
        using var gray = DrawnModel.Of("lenet5");
        var one = gray.Dream(new() { Steps = 1, Jitter = 0, Blur = 0 });
        var (red, green, blue) = one[0, 0];
        Assert.AreEqual((red, red), (green, blue));
        var wide = gray.Dream(new() { Layer = "conv1", Steps = 9, Jitter = 27, Blur = 3.5, Rate = 1000 });
        Assert.IsTrue(double.IsFinite(wide.Response), $"{wide}");
        var sheet = ImageDecoder.Decode(CnnDream.SheetPng([one, wide]));
        Assert.IsGreaterThan(2 * 196, sheet.Width, "28 pixels are magnified seven times");
    }

    [TestMethod]
    public void What_makes_no_sense_is_refused()
    {
        using var model = DrawnModel.Of(RedNetwork.Make(), Side, Side);
        AssertSays<ArgumentException>(new() { ClassName = "class9" }, "no class 'class9'");
        AssertSays<ArgumentException>(new() { ClassName = "class1", Layer = "conv" }, "ClassName or a Layer");
        AssertSays<ArgumentException>(new() { Channel = 1 }, "needs a Layer");
        AssertSays<ArgumentException>(new() { Layer = "con" }, "no layer called 'con'");
        AssertSays<ArgumentOutOfRangeException>(new() { Layer = "conv", Channel = 3 }, "channels 0 to 2");
        AssertSays<ArgumentOutOfRangeException>(new() { Steps = 0 }, "Steps");
        AssertSays<ArgumentOutOfRangeException>(new() { Rate = double.NaN }, "Rate");
        AssertSays<ArgumentOutOfRangeException>(new() { Jitter = Side }, "0 to 31");
        AssertSays<ArgumentOutOfRangeException>(new() { Blur = 4.5 }, "0 to 4");
        Assert.ThrowsExactly<ArgumentException>(() => CnnDream.SheetPng([]));

        void AssertSays<T>(CnnDreamOptions options, string text) where T : Exception =>
            StringAssert.Contains(Assert.ThrowsExactly<T>(() => model.Dream(options)).Message, text);
    }
}
