using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using SkiaSharp;

namespace Ml.Cnn.Transforms.Decoding;

/// <summary>How the bytes of a decoded pixel lie.</summary>
internal enum ColorOrder
{
    Gray,
    Rgba,
    Bgra,
}

/// <summary>What the fourth byte of a decoded pixel means.</summary>
internal enum AlphaKind
{
    Opaque,
    Straight,
    Premultiplied,
}

/// <summary>Decoded pixels to the channels that were asked for, turned upright on the way.</summary>
internal static class PixelConverter
{
    /// <summary>Converts; <paramref name="destination"/> already has the upright size and the channels.</summary>
    /// <param name="source">Rows without padding: 1 byte per pixel for gray, else 4.</param>
    /// <param name="order">How a pixel's bytes lie.</param>
    /// <param name="alpha">What its fourth byte means.</param>
    /// <param name="origin">Where the image's first row and column are.</param>
    /// <param name="destination">Where to.</param>
    /// <param name="background">0xRRGGBB behind transparent pixels if the destination has no alpha.</param>
    public static void Convert(ReadOnlySpan<byte> source, ColorOrder order, AlphaKind alpha, SKEncodedOrigin origin, PixelImage destination, int background)
    {
        if (order == ColorOrder.Rgba && alpha == AlphaKind.Opaque && origin == SKEncodedOrigin.TopLeft && destination.Channels == 3)
        {
            DropAlpha(source, destination.Pixels);
            return;
        }

        var sidesSwapped = origin >= SKEncodedOrigin.LeftTop;
        var sourceWidth = sidesSwapped ? destination.Height : destination.Width;
        var bytesPerPixel = order == ColorOrder.Gray ? 1 : 4;
        var (first, right, down) = Walk(origin, sourceWidth, sidesSwapped ? destination.Width : destination.Height);

        var target = destination.Pixels;
        var to = 0;
        for (var y = 0; y < destination.Height; y++)
        {
            var from = (first + y * down) * bytesPerPixel;
            for (var x = 0; x < destination.Width; x++, from += right * bytesPerPixel, to += destination.Channels)
            {
                if (order == ColorOrder.Gray)
                    target[to] = source[from];
                else
                    ConvertPixel(source.Slice(from, 4), order, alpha, target.Slice(to, destination.Channels), background);
            }
        }
    }

    /// <summary>Luma of ITU-R 601-2 in 16-bit fixed point, as Pillow's mode L.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static byte Luma(int red, int green, int blue) => (byte)((19595 * red + 38470 * green + 7471 * blue + 0x8000) >> 16);

    /// <summary>RGBA to RGB, four pixels at a time.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)] // called in bulk from the first image on
    private static void DropAlpha(ReadOnlySpan<byte> source, Span<byte> target)
    {
        ref var from = ref MemoryMarshal.GetReference(source);
        ref var to = ref MemoryMarshal.GetReference(target);
        var pixels = source.Length / 4;
        var pixel = 0;
        // A store writes 16 bytes of which 12 count; the next store overwrites the other 4, so the last pixels are left to the plain loop.
        var shuffle = Vector128.Create((byte)0, 1, 2, 4, 5, 6, 8, 9, 10, 12, 13, 14, 255, 255, 255, 255);
        for (; pixel + 6 <= pixels; pixel += 4)
        {
            var rgba = Vector128.LoadUnsafe(ref from, (nuint)pixel * 4);
            Vector128.Shuffle(rgba, shuffle).StoreUnsafe(ref to, (nuint)pixel * 3);
        }
        for (; pixel < pixels; pixel++)
        {
            target[pixel * 3] = source[pixel * 4];
            target[pixel * 3 + 1] = source[pixel * 4 + 1];
            target[pixel * 3 + 2] = source[pixel * 4 + 2];
        }
    }

    /// <summary>The source's pixel for the upright image's first pixel, and the steps to its right and downward neighbors.</summary>
    private static (int First, int Right, int Down) Walk(SKEncodedOrigin origin, int width, int height)
    {
        var lastRow = (height - 1) * width;
        return origin switch
        {
            SKEncodedOrigin.TopRight => (width - 1, -1, width),
            SKEncodedOrigin.BottomRight => (lastRow + width - 1, -1, -width),
            SKEncodedOrigin.BottomLeft => (lastRow, 1, -width),
            SKEncodedOrigin.LeftTop => (0, width, 1),
            SKEncodedOrigin.RightTop => (lastRow, -width, 1),
            SKEncodedOrigin.RightBottom => (lastRow + width - 1, -width, -1),
            SKEncodedOrigin.LeftBottom => (width - 1, width, -1),
            _ => (0, 1, width),
        };
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void ConvertPixel(ReadOnlySpan<byte> pixel, ColorOrder order, AlphaKind alpha, Span<byte> target, int background)
    {
        int red = order == ColorOrder.Rgba ? pixel[0] : pixel[2];
        int green = pixel[1];
        int blue = order == ColorOrder.Rgba ? pixel[2] : pixel[0];
        int opacity = alpha == AlphaKind.Opaque ? 255 : pixel[3];

        if (target.Length == 4)
        {
            if (alpha == AlphaKind.Premultiplied)
                (red, green, blue) = (Unmultiply(red, opacity), Unmultiply(green, opacity), Unmultiply(blue, opacity));
            target[3] = (byte)opacity;
        }
        else if (opacity != 255)
        {
            var ownShare = alpha == AlphaKind.Premultiplied ? 255 : opacity;
            red = Over(red, ownShare, background >> 16 & 255, opacity);
            green = Over(green, ownShare, background >> 8 & 255, opacity);
            blue = Over(blue, ownShare, background & 255, opacity);
        }

        if (target.Length == 1)
        {
            target[0] = Luma(red, green, blue);
            return;
        }
        target[0] = (byte)red;
        target[1] = (byte)green;
        target[2] = (byte)blue;
    }

    private static int Unmultiply(int value, int opacity) => opacity is 0 or 255 ? value : Math.Min(255, (value * 255 + opacity / 2) / opacity);

    private static int Over(int value, int share, int background, int opacity) =>
        Math.Min(255, (value * share + background * (255 - opacity) + 127) / 255);
}
