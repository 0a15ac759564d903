using Ml.Cnn.Transforms.Decoding;

namespace Ml.Cnn.Transforms.Augmentation.Pixels;

/// <summary>
/// Changes of color that look at one value at a time, by a table of 256 results per channel. Results are those of
/// Pillow's ImageEnhance and ImageOps, on which torchvision and the papers' policies rest. Alpha stays.
/// </summary>
internal static class ColorTables
{
    /// <summary>0 is black, 1 the image, 2 twice as bright.</summary>
    public static void Brightness(AugmentationScratch scratch, double factor) => Blend(scratch, 0, factor);

    /// <summary>0 is the mean gray, 1 the image, 2 twice the distance from that gray.</summary>
    public static void Contrast(AugmentationScratch scratch, double factor) => Blend(scratch, Luma.Mean(scratch.Image), factor);

    /// <summary>Keeps the upper bits of each value.</summary>
    public static void Posterize(AugmentationScratch scratch, int bits)
    {
        var mask = 0xFF & ~((1 << (8 - bits)) - 1);
        ApplyToAll(scratch, value => value & mask);
    }

    /// <summary>Inverts the values from a threshold on.</summary>
    public static void Solarize(AugmentationScratch scratch, double threshold) => ApplyToAll(scratch, value => value < threshold ? value : 255 - value);

    /// <summary>Light to dark.</summary>
    public static void Invert(AugmentationScratch scratch) => ApplyToAll(scratch, value => 255 - value);

    /// <summary>Stretches each channel from its darkest and lightest value to 0 and 255.</summary>
    public static void AutoContrast(AugmentationScratch scratch) => ApplyToEach(scratch, static (counts, table) =>
    {
        var lowest = counts.IndexOfAnyExcept(0);
        var highest = counts.LastIndexOfAnyExcept(0);
        var scale = highest > lowest ? 255.0 / (highest - lowest) : 1;
        var offset = highest > lowest ? -lowest * scale : 0;
        for (var i = 0; i < 256; i++)
            table[i] = (byte)Math.Clamp((int)(i * scale + offset), 0, 255);
    });

    /// <summary>Makes each channel's values about equally frequent.</summary>
    public static void Equalize(AugmentationScratch scratch) => ApplyToEach(scratch, static (counts, table) =>
    {
        var total = 0;
        foreach (var count in counts)
            total += count;
        var step = (total - counts[counts.LastIndexOfAnyExcept(0)]) / 255;
        var sum = step / 2;
        for (var i = 0; i < 256; i++)
        {
            table[i] = (byte)(step == 0 ? i : Math.Min(255, sum / step));
            sum += counts[i];
        }
    });

    /// <summary>Adds a number to each channel.</summary>
    public static void Shift(AugmentationScratch scratch, ReadOnlySpan<double> shift)
    {
        for (var c = 0; c < ColorChannels(scratch.Image); c++)
            for (var i = 0; i < 256; i++)
                scratch.Table[c * 256 + i] = (byte)Math.Clamp(Math.Round(i + shift[c]), 0, 255);
        Apply(scratch);
    }

    private static void Blend(AugmentationScratch scratch, int from, double factor)
    {
        if (factor == 1)
            return;
        var share = (float)factor;
        ApplyToAll(scratch, value => (int)Math.Clamp(from + share * (value - from), 0, 255));
    }

    private static void ApplyToAll(AugmentationScratch scratch, Func<int, int> change)
    {
        var table = scratch.Table;
        for (var i = 0; i < 256; i++)
            table[i] = table[256 + i] = table[512 + i] = (byte)change(i);
        Apply(scratch);
    }

    private static void ApplyToEach(AugmentationScratch scratch, Action<ReadOnlySpan<int>, Span<byte>> fillTable)
    {
        var image = scratch.Image;
        Count(image, scratch.Histogram);
        for (var c = 0; c < ColorChannels(image); c++)
            fillTable(scratch.Histogram.AsSpan(c * 256, 256), scratch.Table.AsSpan(c * 256, 256));
        Apply(scratch);
    }

    private static int ColorChannels(PixelImage image) => Math.Min(image.Channels, 3);

    private static void Count(PixelImage image, int[] histogram)
    {
        Array.Clear(histogram);
        ReadOnlySpan<byte> pixels = image.Pixels;
        var channels = image.Channels;
        for (var c = 0; c < ColorChannels(image); c++)
        {
            var counts = histogram.AsSpan(c * 256, 256);
            for (var i = c; i < pixels.Length; i += channels)
                counts[pixels[i]]++;
        }
    }

    private static void Apply(AugmentationScratch scratch)
    {
        var image = scratch.Image;
        var pixels = image.Pixels;
        ReadOnlySpan<byte> red = scratch.Table.AsSpan(0, 256), green = scratch.Table.AsSpan(256, 256), blue = scratch.Table.AsSpan(512, 256);
        if (image.Channels == 1)
        {
            foreach (ref var value in pixels)
                value = red[value];
            return;
        }
        var channels = image.Channels;
        for (var i = 0; i + 2 < pixels.Length; i += channels)
        {
            pixels[i] = red[pixels[i]];
            pixels[i + 1] = green[pixels[i + 1]];
            pixels[i + 2] = blue[pixels[i + 2]];
        }
    }
}
