using System.Collections.Concurrent;
using System.Diagnostics;
using Ml.Cnn.Transforms.Decoding;
using SkiaSharp;

namespace Ml.Cnn.Transforms.Tests;

/// <summary>Data from elsewhere must not bring a process down, hold it up, or end in an exception that nobody catches.</summary>
[TestClass]
public class MutatedImagesTests
{
    private const int Count = 10_000;
    private const long MaximumPixels = 4_000_000;
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(1);

    [TestMethod]
    public void Ten_thousand_damaged_files_end_in_an_image_or_in_the_one_exception()
    {
        var originals = ReferenceImages.Names("*.*")
            .Where(name => !name.EndsWith(".py", StringComparison.Ordinal) && !name.Contains("size-", StringComparison.Ordinal)
                && !name.StartsWith("chain-", StringComparison.Ordinal))
            .Select(ReferenceImages.Read).ToArray();
        var (images, refusals) = (0, 0);
        var slow = new ConcurrentBag<int>();
        var memory = PeakMemory();

        Parallel.For(0, Count, () => new PixelImage(), (i, _, image) =>
        {
            var time = Stopwatch.StartNew();
            Interlocked.Increment(ref DecodeMutation(originals, i, image) ? ref images : ref refusals);
            if (time.Elapsed > Limit)
                slow.Add(i);
            return image;
        }, _ => { });

        Assert.AreEqual(Count, images + refusals);
        Assert.IsGreaterThan(Count / 10, images);
        Assert.IsGreaterThan(Count / 10, refusals);
        // One thread's image and what the codec decodes it from is 7 bytes per pixel; the rest is room for the process around it.
        var bound = (Environment.ProcessorCount + 1) * 7 * MaximumPixels + (256L << 20);
        Assert.IsLessThan(bound, PeakMemory() - memory, "growth of the peak memory, in bytes");
        // A machine that is busy with other work may stop a thread for a second; it does not do so every time.
        Assert.IsEmpty(slow.Where(i => IsSlow(originals, i)), "mutations that take more than a second");
    }

    /// <summary>One changed byte can make a small file a photo of 170 megapixels, which would decode for seconds and into a gigabyte.</summary>
    [TestMethod]
    [DataRow("baseline.jpg")]
    [DataRow("progressive.jpg")]
    [DataRow("gray.jpg")]
    [DataRow("cmyk.jpg")]
    [DataRow("two-frames.gif")]
    [DataRow("interlaced.png")]
    [DataRow("palette.png")]
    [DataRow("color.bmp")]
    public void A_size_that_the_file_cannot_hold_is_refused_at_once(string name)
    {
        var bytes = ReferenceImages.Read(name);
        switch (Path.GetExtension(name))
        {
            case ".jpg":
                var frame = 2; // behind the start of the image; each segment has a marker and a length
                while (bytes[frame + 1] is not (0xC0 or 0xC2))
                    frame += 2 + bytes[frame + 2] * 256 + bytes[frame + 3];
                (bytes[frame + 5], bytes[frame + 7]) = (0x33, 0x33);
                break;
            case ".png":
                (bytes[18], bytes[22]) = (0x33, 0x33);
                PngChecksums.Repair(bytes);
                break;
            case ".bmp":
                (bytes[19], bytes[23]) = (0x33, 0x33);
                break;
            default:
                (bytes[7], bytes[9]) = (0x33, 0x33);
                break;
        }

        var refusal = Assert.ThrowsExactly<ImageDecodingException>(() => ImageDecoder.Decode(bytes));
        var fastest = Enumerable.Range(0, 3).Min(_ =>
        {
            var time = Stopwatch.StartNew();
            Assert.ThrowsExactly<ImageDecodingException>(() => ImageDecoder.Decode(bytes));
            return time.Elapsed;
        });
        Assert.IsLessThan(Limit, fastest);
        Assert.IsTrue(refusal.Message.Contains("incomplete", StringComparison.Ordinal) || refusal.Message.Contains("damaged", StringComparison.Ordinal),
            refusal.Message);
    }

    /// <summary>Nothing compresses better than a single color.</summary>
    [TestMethod]
    public void A_single_color_is_no_damage()
    {
        foreach (var format in (SKEncodedImageFormat[])[SKEncodedImageFormat.Jpeg, SKEncodedImageFormat.Png, SKEncodedImageFormat.Webp])
        {
            foreach (var color in (SKColorType[])[SKColorType.Rgba8888, SKColorType.Gray8])
            {
                using var bitmap = new SKBitmap(3000, 2001, color, SKAlphaType.Opaque);
                bitmap.Erase(SKColors.White);
                using var encoded = bitmap.Encode(format, 1);
                var image = ImageDecoder.Decode(encoded.AsSpan());
                Assert.AreEqual((3000, 2001), (image.Width, image.Height), $"{format} {color}");
            }
        }
    }

    private static bool IsSlow(byte[][] originals, int seed)
    {
        var time = Stopwatch.StartNew();
        DecodeMutation(originals, seed, new PixelImage());
        return time.Elapsed > Limit;
    }

    private static bool DecodeMutation(byte[][] originals, int seed, PixelImage image)
    {
        var random = new Random(seed);
        var options = new DecodeOptions
        {
            Channels = random.Next(3) switch { 0 => 1, 1 => 3, _ => 4 },
            AllowIncomplete = random.Next(2) == 0,
            MinimumWidth = random.Next(10),
            MaximumPixels = MaximumPixels,
        };
        try
        {
            var bytes = Damage(originals[random.Next(originals.Length)], random);
            if (random.Next(4) > 0)
                PngChecksums.Repair(bytes);
            ImageDecoder.Decode(bytes, image, options);
            return true;
        }
        catch (ImageDecodingException)
        {
            return false;
        }
    }

    private static byte[] Damage(byte[] original, Random random)
    {
        var bytes = original.ToArray();
        switch (random.Next(6))
        {
            case 0: // flipped bits anywhere
                for (var i = random.Next(1, 20); i > 0; i--)
                    bytes[random.Next(bytes.Length)] ^= (byte)(1 << random.Next(8));
                break;
            case 1: // another header
                for (var i = random.Next(1, 8); i > 0; i--)
                    bytes[random.Next(Math.Min(64, bytes.Length))] = (byte)random.Next(256);
                break;
            case 2: // cut short
                return bytes[..random.Next(bytes.Length)];
            case 3: // a piece is missing
                var start = random.Next(bytes.Length);
                var end = random.Next(start, bytes.Length);
                return [.. bytes[..start], .. bytes[end..]];
            case 4: // a size, offset or count that is as large as can be, or zero
                bytes.AsSpan(random.Next(Math.Min(64, bytes.Length - 4)), random.Next(1, 5)).Fill(random.Next(2) == 0 ? (byte)255 : (byte)0);
                break;
            default: // a piece is somewhere else
                bytes.AsSpan(random.Next(bytes.Length / 2), random.Next(bytes.Length / 2)).CopyTo(bytes.AsSpan(random.Next(bytes.Length / 2)));
                break;
        }
        return bytes;
    }

    private static long PeakMemory()
    {
        using var process = Process.GetCurrentProcess();
        return process.PeakWorkingSet64;
    }
}
