using Microsoft.ML.Data;
using Ml.Cnn.Transforms.Decoding;

namespace Ml.Cnn.Transforms.Tests;

[TestClass]
public class ImageDecoderTests
{
    /// <summary>Every kind of file that data sets hold looks the same here and in Python.</summary>
    [TestMethod]
    [DynamicData(nameof(Formats))]
    public void Decoding_equals_Pillow(string name)
    {
        var decoded = ReferenceImages.Decode(name);

        // Decoders of lossy formats may round differently; Skia's conversions of CMYK and of chroma do.
        var lossy = name is "cmyk.jpg" or "baseline.jpg" or "lossy.webp";
        ReferenceImages.AssertClose(ReferenceImages.Decode($"expected-{name}.png"), decoded.Pixels, name, lossy ? 4 : 1, lossy ? 0.02 : 0);
    }

    /// <summary>Phones store images lying on their side.</summary>
    [TestMethod]
    [DataRow(1)]
    [DataRow(2)]
    [DataRow(3)]
    [DataRow(4)]
    [DataRow(5)]
    [DataRow(6)]
    [DataRow(7)]
    [DataRow(8)]
    public void Images_come_out_upright(int orientation)
    {
        var name = $"orientation-{orientation}.jpg";
        foreach (var channels in (int[])[1, 3, 4])
        {
            var decoded = ReferenceImages.Decode(name, channels);

            Assert.AreEqual((40, 24), (decoded.Width, decoded.Height));
            Assert.IsLessThan(6, ReferenceImages.MeanDifference(ReferenceImages.Decode("upright.png", channels).Pixels, decoded.Pixels));
        }
    }

    /// <summary>PNG has its orientation in a chunk of its own, before or behind the image's data; Pillow's exif_transpose reads it at both places.</summary>
    [TestMethod]
    [DataRow(1)]
    [DataRow(2)]
    [DataRow(3)]
    [DataRow(4)]
    [DataRow(5)]
    [DataRow(6)]
    [DataRow(7)]
    [DataRow(8)]
    public void A_PNG_with_an_EXIF_chunk_comes_out_upright(int orientation)
    {
        var source = ReferenceImages.Read("upright.png");
        var (width, height) = (40, 24);
        var upright = ReferenceImages.Decode("upright.png", 4).Pixels.ToArray();
        foreach (var (isLittle, isBehind, hasPrefix) in (ReadOnlySpan<(bool, bool, bool)>)[(true, false, false), (false, true, false), (true, true, true)])
        {
            var png = PngOrientation.Insert(source, orientation, isLittle, isBehind, hasPrefix);
            foreach (var channels in (int[])[1, 3, 4])
            {
                var decoded = ImageDecoder.Decode(png, new DecodeOptions { Channels = channels });
                Assert.AreEqual(orientation >= 5 ? (height, width) : (width, height), (decoded.Width, decoded.Height));
            }
            Assert.AreEqual(orientation >= 5 ? (height, width) : (width, height), (EncodedImageInfo.Read(png).Width, EncodedImageInfo.Read(png).Height));
            var turned = ImageDecoder.Decode(png, new DecodeOptions { Channels = 4 });
            for (var y = 0; y < turned.Height; y++)
            {
                for (var x = 0; x < turned.Width; x++)
                {
                    // Where the pixel stood, by the EXIF specification's table of orientations (CIPA DC-008, 4.6.4).
                    var (column, row) = orientation switch
                    {
                        1 => (x, y),
                        2 => (width - 1 - x, y),
                        3 => (width - 1 - x, height - 1 - y),
                        4 => (x, height - 1 - y),
                        5 => (y, x),
                        6 => (y, height - 1 - x),
                        7 => (width - 1 - y, height - 1 - x),
                        _ => (width - 1 - y, x),
                    };
                    CollectionAssert.AreEqual(upright.AsSpan((row * width + column) * 4, 4).ToArray(),
                        turned.Pixels.Slice((y * turned.Width + x) * 4, 4).ToArray());
                }
            }
        }
    }

    [TestMethod]
    public void EXIF_that_makes_no_sense_turns_nothing()
    {
        var source = ReferenceImages.Read("upright.png");
        foreach (var orientation in (int[])[0, 9, 65535])
            Assert.AreEqual(40, ImageDecoder.Decode(PngOrientation.Insert(source, orientation, isLittle: true, isBehind: false)).Width);
        var random = new Random(1);
        for (var i = 0; i < 2000; i++)
        {
            var png = PngOrientation.Insert(source, 6, isLittle: i % 2 == 0, isBehind: false);
            png[PngOrientation.Place + random.Next(PngOrientation.Length)] ^= (byte)(1 << random.Next(8));
            PngChecksums.Repair(png);
            Assert.IsTrue(ImageDecoder.Decode(png).Width is 40 or 24);
        }
    }

    /// <summary>Skia reads the EXIF chunk of WebP itself.</summary>
    [TestMethod]
    public void A_WebP_with_an_EXIF_chunk_comes_out_upright()
    {
        var decoded = ImageDecoder.Decode(ReferenceImages.Read("lossless.webp"));
        var turned = ImageDecoder.Decode(PngOrientation.InsertIntoWebp(ReferenceImages.Read("lossless.webp"), decoded.Width, decoded.Height, 6));
        Assert.AreEqual((decoded.Height, decoded.Width), (turned.Width, turned.Height));
    }

    [TestMethod]
    public void Orientation_can_be_left_alone()
    {
        var stored = ImageDecoder.Decode(ReferenceImages.Read("orientation-6.jpg"), new DecodeOptions { ApplyOrientation = false });

        Assert.AreEqual((24, 40), (stored.Width, stored.Height));
    }

    [TestMethod]
    public void Transparent_pixels_show_the_background_or_keep_their_alpha()
    {
        var straight = ReferenceImages.Decode("alpha.png", 4);
        var black = ImageDecoder.Decode(ReferenceImages.Read("alpha.png"), new DecodeOptions { Background = 0x102030 });
        var (clear, half) = (false, false);

        for (var i = 0; i < straight.Width * straight.Height; i++)
        {
            var alpha = straight.Pixels[i * 4 + 3];
            clear |= alpha == 0;
            half |= alpha == 120 && straight.Pixels[i * 4 + 2] == 255; // not multiplied with alpha
            if (alpha == 0)
                CollectionAssert.AreEqual(new byte[] { 0x10, 0x20, 0x30 }, black.Pixels.Slice(i * 3, 3).ToArray());
        }
        Assert.IsTrue(clear && half, "The image has transparent and half transparent parts.");
    }

    [TestMethod]
    public void A_buffer_can_be_used_again()
    {
        var image = new PixelImage();
        ImageDecoder.Decode(ReferenceImages.Read("source-wide.png"), image);
        var buffer = image.Buffer;
        ImageDecoder.Decode(ReferenceImages.Read("gray.jpg"), image);

        Assert.AreSame(buffer, image.Buffer);
        CollectionAssert.AreEqual(ReferenceImages.Decode("gray.jpg").Pixels.ToArray(), image.Pixels.ToArray());
    }

    [TestMethod]
    public void Broken_input_is_refused_with_a_reason()
    {
        var jpeg = ReferenceImages.Read("baseline.jpg");
        var png = ReferenceImages.Read("alpha.png");

        AssertRefused([], "empty");
        AssertRefused("<html>not found</html>"u8.ToArray(), "not an image of a known format");
        AssertRefused(jpeg[..20], "starts like a JPEG");
        AssertRefused(jpeg[..(jpeg.Length / 2)], "incomplete");
        AssertRefused(png[..(png.Length * 3 / 4)], "incomplete");
        AssertRefused([0, 0, 4, 4, 0, 0, 0, 0], "not an image", "WBMP");
    }

    /// <summary>A download that broke off must not train as an image whose lower half is gray.</summary>
    [TestMethod]
    [DynamicData(nameof(Formats))]
    public void A_file_that_is_cut_short_is_refused_in_every_format(string name)
    {
        var whole = ReferenceImages.Read(name);
        // The GIF's first frame, which is the image, ends at about half of the file.
        foreach (var share in name == "two-frames.gif" ? (double[])[0.2, 0.35] : [0.5, 0.7, 0.85])
        {
            Assert.ThrowsExactly<ImageDecodingException>(() => ImageDecoder.Decode(whole.AsSpan(0, (int)(whole.Length * share))), $"{name}, {share:P0} of it");
        }
    }

    [TestMethod]
    public void A_truncated_file_can_be_allowed()
    {
        var jpeg = ReferenceImages.Read("baseline.jpg");
        var partial = ImageDecoder.Decode(jpeg.AsSpan(0, jpeg.Length * 3 / 4), new DecodeOptions { AllowIncomplete = true });

        Assert.AreEqual((37, 29), (partial.Width, partial.Height));
    }

    /// <summary>A file of a few kilobytes can claim gigabytes of pixels.</summary>
    [TestMethod]
    public void A_bomb_is_refused_before_it_is_decoded()
    {
        var png = ReferenceImages.Read("interlaced.png");
        // Width and height in IHDR.
        (png[16], png[17], png[20], png[21]) = (0, 1, 0, 1);
        PngChecksums.Repair(png);
        AssertRefused(png, "more than the limit");

        var small = new DecodeOptions { MaximumPixels = 37 * 29 - 1 };
        var refusal = Assert.ThrowsExactly<ImageDecodingException>(() => ImageDecoder.Decode(ReferenceImages.Read("gray.jpg"), small));
        Assert.Contains("37 × 29", refusal.Message);
    }

    /// <summary>Half the work for large photos, but never fewer pixels than are needed.</summary>
    [TestMethod]
    public void A_jpeg_is_decoded_smaller_only_while_it_stays_large_enough()
    {
        foreach (var (width, height, expected) in new[] { (20, 12, (20, 12)), (21, 12, (40, 24)), (10, 6, (10, 6)), (1, 1, (5, 3)), (5, 4, (10, 6)) })
        {
            var options = new DecodeOptions { MinimumWidth = width, MinimumHeight = height };
            foreach (var name in (string[])["orientation-1.jpg", "orientation-6.jpg"])
            {
                var decoded = ImageDecoder.Decode(ReferenceImages.Read(name), options);
                Assert.AreEqual(expected, (decoded.Width, decoded.Height), $"{name} for {width} × {height}");
            }
        }
    }

    [TestMethod]
    public void An_MLImage_has_the_same_pixels_as_its_file()
    {
        foreach (var (name, channels) in new[] { ("color.bmp", 3), ("color.bmp", 1), ("alpha.png", 3), ("lossless.webp", 4) })
        {
            using var image = MLImage.CreateFromStream(new MemoryStream(ReferenceImages.Read(name)));
            var converted = new PixelImage();
            ImageDecoder.Convert(image, converted, new DecodeOptions { Channels = channels });

            ReferenceImages.AssertClose(ReferenceImages.Decode(name, channels), converted.Pixels, name);
        }

        var disposed = MLImage.CreateFromPixels(1, 1, MLPixelFormat.Bgra32, [1, 2, 3, 255]);
        disposed.Dispose();
        Assert.ThrowsExactly<ImageDecodingException>(() => ImageDecoder.Convert(disposed, new PixelImage()));
    }

    /// <summary>Photos as they are found on the web; one of them is a GIF named so on purpose.</summary>
    [TestMethod]
    public void Every_file_of_hymenoptera_decodes()
    {
        var files = SharedData.Files("data/hymenoptera.tar").ToArray();

        Parallel.ForEach(files, file =>
        {
            var image = ImageDecoder.Decode(file.Bytes);
            Assert.IsGreaterThan(0, image.Width * image.Height, file.Name);
        });

        Assert.HasCount(398, files);
        Assert.ContainsSingle(file => file.Name.EndsWith(".gif", StringComparison.Ordinal), files);
    }

    private static IEnumerable<object[]> Formats =>
        ReferenceImages.Names("expected-*.png").Select(name => new object[] { name["expected-".Length..^".png".Length] });

    private static void AssertRefused(byte[] bytes, params string[] reasons)
    {
        var refusal = Assert.ThrowsExactly<ImageDecodingException>(() => ImageDecoder.Decode(bytes));
        Assert.IsTrue(reasons.Any(reason => refusal.Message.Contains(reason, StringComparison.OrdinalIgnoreCase)), refusal.Message);
    }
}
