using System.Globalization;
using System.Text.Json;
using Ml.Cnn.Transforms.Decoding;
using Ml.Cnn.Transforms.Geometry;

namespace Ml.Cnn.Transforms.Tests;

[TestClass]
public class ImageResizerTests
{
    /// <summary>Published weights expect Pillow's pixels: another filter costs accuracy that nobody can explain later.</summary>
    [TestMethod]
    [DynamicData(nameof(Resized))]
    public void Resizing_equals_Pillow(string name)
    {
        var (mode, interpolation, width, height) = (name.Split('-')[1], name.Split('-')[2], Size(name).First, Size(name).Second);
        var channels = mode switch { "gray" => 1, "rgb" => 3, _ => 4 };
        var resized = new PixelImage();

        ImageResizer.Resize(ReferenceImages.Decode($"source-{mode}.png", channels), resized, width, height, Enum.Parse<Interpolation>(interpolation, true));

        ReferenceImages.AssertClose(ReferenceImages.Decode(name, channels), resized.Pixels, name, most: 0);
    }

    /// <summary>The whole preprocessing of torchvision's weights: the short side's length, the crop's position, black where the image ends.</summary>
    [TestMethod]
    [DynamicData(nameof(Chains))]
    public void Resize_and_crop_equal_torchvision(string name)
    {
        var parts = name.Split('-');
        var preprocessing = new ImagePreprocessing
        {
            ResizeShortSide = int.Parse(parts[3], CultureInfo.InvariantCulture),
            Interpolation = Enum.Parse<Interpolation>(parts[2], true),
            Height = Size(name).First,
            Width = Size(name).Second,
        };
        var pixels = new byte[preprocessing.ByteCount];

        preprocessing.Apply(ReferenceImages.Decode($"source-{parts[1]}.png"), pixels);

        ReferenceImages.AssertClose(ReferenceImages.Decode(name), pixels, name, most: 0);
    }

    /// <summary>A model whose accuracy was published over ten crops reaches it with the same ten only.</summary>
    [TestMethod]
    [DynamicData(nameof(Crops))]
    public void Five_and_ten_crops_equal_torchvision(string name)
    {
        var parts = name.Split('-');
        var preprocessing = new ImagePreprocessing
        {
            ResizeShortSide = int.Parse(parts[3], CultureInfo.InvariantCulture),
            Height = Size(name).First,
            Width = Size(name).Second,
            TestTime = parts[2] == "5" ? TestTimeAugmentation.FiveCrops : TestTimeAugmentation.TenCrops,
        };
        var source = ReferenceImages.Decode($"source-{parts[1]}.png");
        var pixels = new List<byte>();

        foreach (var view in preprocessing.Views())
        {
            var part = new byte[view.ByteCount];
            view.Apply(source, part);
            pixels.AddRange(part);
        }

        ReferenceImages.AssertClose(ReferenceImages.Decode(name), [.. pixels], name, most: 0);
    }

    [TestMethod]
    public void Several_crops_need_room()
    {
        var tight = new ImagePreprocessing { TestTime = TestTimeAugmentation.FiveCrops, ResizeShortSide = 200 };

        StringAssert.Contains(Assert.ThrowsExactly<ArgumentOutOfRangeException>(tight.Validate).Message, "at least 224 pixels");
        (tight with { ResizeShortSide = 224 }).Validate();
    }

    /// <summary>A window is a shortcut, not another result.</summary>
    [TestMethod]
    [DataRow(1)]
    [DataRow(3)]
    [DataRow(4)]
    public void A_window_is_a_part_of_the_whole_result(int channels)
    {
        var source = ReferenceImages.Decode("source-rgba.png", channels);
        var box = new PixelRectangle(7, 3, 41, 37);
        var (whole, part) = (new byte[90 * 23 * channels], new byte[31 * 11 * channels]);

        ImageResizer.Resize(source, box, 90, 23, PixelRectangle.Whole(90, 23), Interpolation.Bicubic, whole, 90 * channels);
        ImageResizer.Resize(source, box, 90, 23, new(50, 12, 31, 11), Interpolation.Bicubic, part, 31 * channels);

        for (var y = 0; y < 11; y++)
            CollectionAssert.AreEqual(whole.AsSpan(((12 + y) * 90 + 50) * channels, 31 * channels).ToArray(), part.AsSpan(y * 31 * channels, 31 * channels)
                .ToArray());
    }

    /// <summary>Extreme proportions reach the edges of every buffer.</summary>
    [TestMethod]
    public void Any_size_becomes_any_size()
    {
        var random = new Random(5);
        for (var i = 0; i < 400; i++)
        {
            var source = new PixelImage(random.Next(1, 90), random.Next(1, 90), random.Next(3) switch { 0 => 1, 1 => 3, _ => 4 });
            Array.Fill(source.Buffer, (byte)200);
            var resized = new PixelImage();

            ImageResizer.Resize(source, resized, random.Next(1, 90), random.Next(1, 90), (Interpolation)random.Next(2));

            Assert.IsFalse(resized.Pixels.ContainsAnyExceptInRange((byte)199, (byte)201), "An even image stays even.");
        }
    }

    /// <summary>Gray images among color ones, and color images for a gray network.</summary>
    [TestMethod]
    public void Channels_are_converted_as_Pillow_does()
    {
        var gray = ReferenceImages.Decode("source-gray.png", 1);
        var color = ReferenceImages.Decode("source-rgb.png");
        var toColor = new ImagePreprocessing { Width = 53, Height = 41 };
        var toGray = toColor with { Channels = 1, Normalization = Normalization.Mnist };
        var (asColor, asGray) = (new byte[toColor.ByteCount], new byte[toGray.ByteCount]);

        toColor.Apply(gray, asColor);
        toGray.Apply(color, asGray);

        CollectionAssert.AreEqual(gray.Pixels.ToArray(), asGray);
        for (var i = 0; i < asColor.Length; i++)
            Assert.AreEqual(gray.Pixels[i / 3], asColor[i]);
    }

    [TestMethod]
    [DataRow(1)]
    [DataRow(3)]
    [DataRow(4)]
    public void Normalized_values_lie_where_the_network_expects_them(int channels)
    {
        var tensor = new PixelTensor(Normalization.ImageNet, channels);
        var statistics = Normalization.ImageNet.ForChannels(channels);
        var bytes = Enumerable.Range(0, 50 * 7 * channels).Select(i => (byte)(i * 37)).ToArray();
        var (planar, interleaved) = (new float[bytes.Length], new float[bytes.Length]);

        tensor.FillPlanar(bytes, planar);
        tensor.FillInterleaved(bytes, interleaved);

        for (var i = 0; i < bytes.Length; i++)
        {
            var c = i % channels;
            var expected = (bytes[i] / 255.0 - statistics.Mean[c]) / statistics.Deviation[c];
            Assert.AreEqual(expected, interleaved[i], 1e-5);
            Assert.AreEqual(expected, planar[c * 350 + i / channels], 1e-5);
            Assert.AreEqual(planar[c * 350 + i / channels], interleaved[i], "A model must not depend on the layout that its input came in.");
        }
    }

    /// <summary>A saved model carries its preprocessing; a person should be able to read it.</summary>
    [TestMethod]
    public void Preprocessing_survives_json()
    {
        var preprocessing = new ImagePreprocessing { Height = 299, ResizeShortSide = 342, Interpolation = Interpolation.Bicubic };

        var json = JsonSerializer.Serialize(preprocessing);

        Assert.Contains("\"Bicubic\"", json);
        Assert.AreEqual(preprocessing, JsonSerializer.Deserialize<ImagePreprocessing>(json));
    }

    [TestMethod]
    public void Senseless_preprocessing_is_refused()
    {
        foreach (var wrong in new ImagePreprocessing[] { new() { Height = 0 }, new() { Width = -1 }, new() { Channels = 2 }, new() { ResizeShortSide = 0 },
            new() { Channels = 1 } })
            Assert.ThrowsExactly<ArgumentOutOfRangeException>(wrong.Validate);
    }

    private static IEnumerable<object[]> Resized => ReferenceImages.Names("resize-*.png").Select(name => new object[] { name });

    private static IEnumerable<object[]> Chains => ReferenceImages.Names("chain-*.png").Select(name => new object[] { name });

    private static IEnumerable<object[]> Crops => ReferenceImages.Names("crops-*.png").Select(name => new object[] { name });

    private static (int First, int Second) Size(string name)
    {
        var size = Path.GetFileNameWithoutExtension(name).Split('-')[^1].Split('x');
        return (int.Parse(size[0], CultureInfo.InvariantCulture), int.Parse(size[1], CultureInfo.InvariantCulture));
    }
}
