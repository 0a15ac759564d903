using ImageMagick;
using Microsoft.ML;
using Ml.Cnn.Transforms.Decoding;

namespace Ml.Cnn.Transforms.Tests;

/// <summary>Formats that a package of its own reads: found, inspected and decoded as the others once they are registered, and named before.</summary>
[TestClass]
[DoNotParallelize] // what is registered belongs to the process
public sealed class MagickFormatsTests
{
    private static readonly MLContext s_mlContext = new(seed: 1);

    [TestInitialize]
    public void Register() => MagickFormats.Register();

    [TestCleanup]
    public void Unregister()
    {
        foreach (var format in MagickFormats.All)
            ImageFormats.Unregister(format.Name);
    }

    /// <summary>Protects pixels: lossless formats give the numbers that PNG gives, with and without alpha, in gray and in color.</summary>
    [TestMethod]
    [DataRow(MagickFormat.Tiff, false)]
    [DataRow(MagickFormat.Tiff, true)]
    [DataRow(MagickFormat.Jxl, false)]
    public void Pixels_are_those_of_a_png(MagickFormat format, bool hasAlpha)
    {
        using var image = Drawn(hasAlpha);
        image.Quality = 100; // lossless in JPEG XL
        var (png, other) = (image.ToByteArray(MagickFormat.Png), image.ToByteArray(format));
        foreach (var channels in (int[])[1, 3, 4])
        {
            var (expected, actual) = (Decode(png, channels), Decode(other, channels));
            Assert.AreEqual((expected.Width, expected.Height), (actual.Width, actual.Height));
            CollectionAssert.AreEqual(expected.Pixels.ToArray(), actual.Pixels.ToArray(), $"{channels} channels");
        }
        Assert.AreEqual(new EncodedImageInfo(12, 7, 3), EncodedImageInfo.Read(other)); // a TIFF's alpha shows in its pixels alone
    }

    /// <summary>Protects photos of telephones: AVIF, which has the same container as HEIC, comes within what its compression loses.</summary>
    [TestMethod]
    public void Avif_is_near_to_what_was_written()
    {
        using var image = new MagickImage(new MagickColor(200, 60, 20), 64, 48) { Quality = 95 };
        var actual = Decode(image.ToByteArray(MagickFormat.Avif), 3);
        Assert.AreEqual((64, 48), (actual.Width, actual.Height));
        Assert.IsLessThanOrEqualTo(6, Math.Max(Math.Abs(actual.Pixels[0] - 200), Math.Abs(actual.Pixels[1] - 60)));
    }

    /// <summary>Protects orientation: a TIFF that says it lies on its side is upright, and its header says so before it is decoded.</summary>
    [TestMethod]
    public void A_tiff_is_turned_upright()
    {
        using var image = Drawn(hasAlpha: false);
        image.Orientation = Orientation.RightTop;
        var tiff = image.ToByteArray(MagickFormat.Tiff);
        Assert.AreEqual(new EncodedImageInfo(7, 12, 3), EncodedImageInfo.Read(tiff));
        var upright = Decode(tiff, 3);
        Assert.AreEqual((7, 12), (upright.Width, upright.Height));
        var lying = Decode(Drawn(hasAlpha: false).ToByteArray(MagickFormat.Png), 3);
        // The first row of the file is the right column: its first pixel lies at the top right.
        CollectionAssert.AreEqual(lying.Pixels[..3].ToArray(), upright.Pixels[(6 * 3)..(7 * 3)].ToArray());
    }

    /// <summary>Protects users of data sets: files of the formats count as images in folders and reports, and no longer as passed over.</summary>
    [TestMethod]
    public void Folders_and_reports_know_them()
    {
        using var folder = new TemporaryFolder();
        foreach (var (name, format) in ((string, MagickFormat)[])
            [("a/1.tif", MagickFormat.Tiff), ("b/2.avif", MagickFormat.Avif), ("b/3.png", MagickFormat.Png)])
        {
            using var image = new MagickImage(MagickColors.Red, 40, 30);
            folder.Write(name, image.ToByteArray(format));
        }
        folder.Write("b/4.heic", [.. "\0\0\0\x18ftypheic no image"u8]);
        var report = s_mlContext.Data.InspectImages(s_mlContext.Data.LoadImageFolder(folder.Path));
        Assert.IsEmpty(report.PassedOver);
        Assert.AreEqual(4L, report.Images);
        Assert.EndsWith("4.heic", Assert.ContainsSingle(report.BadFiles).File);
        Assert.EndsWith("AVIF, JPEG XL and JPEG 2000", ImageFormats.Names);
        Unregister();
        Assert.AreEqual("JPEG, PNG, WebP, BMP and GIF", ImageFormats.Names);
        Assert.IsFalse(ImageFormats.IsImageName("x.tif"));
    }

    /// <summary>Protects services: damaged files, cut anywhere or with one byte changed, are refused with a reason or decoded; no more happens.</summary>
    [TestMethod]
    public void Damage_is_refused()
    {
        var random = new Random(7); // the seed is part of the test
        foreach (var format in (MagickFormat[])[MagickFormat.Tiff, MagickFormat.Avif, MagickFormat.Jxl])
        {
            using var image = Drawn(hasAlpha: true);
            var whole = image.ToByteArray(format);
            for (var i = 0; i < 60; i++)
            {
                var damaged = i % 2 == 0 ? whole[..random.Next(1, whole.Length)] : [.. whole];
                damaged[random.Next(damaged.Length)] ^= (byte)random.Next(1, 256);
                try
                {
                    Decode(damaged, 3);
                }
                catch (ImageDecodingException e)
                {
                    Assert.IsFalse(string.IsNullOrWhiteSpace(e.Message));
                }
            }
        }
    }

    /// <summary>Protects memory: a header that promises more pixels than are allowed is refused before they are made.</summary>
    [TestMethod]
    public void Too_many_pixels_are_refused()
    {
        using var image = Drawn(hasAlpha: false);
        var tiff = image.ToByteArray(MagickFormat.Tiff);
        Assert.Contains("more than the limit of 50", Assert.ThrowsExactly<ImageDecodingException>(() =>
            ImageDecoder.Decode(tiff, new DecodeOptions { MaximumPixels = 50 })).Message);
    }

    private static MagickImage Drawn(bool hasAlpha)
    {
        var pixels = new byte[12 * 7 * 4];
        for (var i = 0; i < pixels.Length; i++)
            pixels[i] = i % 4 == 3 ? (byte)(hasAlpha ? 255 - i % 200 : 255) : (byte)(i * 37);
        var image = new MagickImage(pixels, new PixelReadSettings(12, 7, StorageType.Char, PixelMapping.RGBA));
        if (!hasAlpha)
            image.HasAlpha = false;
        return image;
    }

    private static PixelImage Decode(byte[] encoded, int channels) => ImageDecoder.Decode(encoded, new DecodeOptions { Channels = channels });
}
