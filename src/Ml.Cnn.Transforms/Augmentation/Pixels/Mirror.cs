using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using Ml.Cnn.Transforms.Decoding;

namespace Ml.Cnn.Transforms.Augmentation.Pixels;

/// <summary>Flips in place.</summary>
internal static class Mirror
{
    public static void Horizontally(PixelImage image)
    {
        var rowBytes = image.Width * image.Channels;
        for (var y = 0; y < image.Height; y++)
        {
            ref var row = ref image.Row(y);
            if (image.Channels == 3)
                ReverseColours(ref row, image.Width);
            else
                Reverse(image.Pixels.Slice(y * rowBytes, rowBytes), image.Channels);
        }
    }

    public static void Vertically(PixelImage image)
    {
        var rowBytes = image.Width * image.Channels;
        Span<byte> kept = rowBytes <= 4096 ? stackalloc byte[rowBytes] : new byte[rowBytes];
        for (var (top, bottom) = (0, image.Height - 1); top < bottom; top++, bottom--)
        {
            var upper = image.Pixels.Slice(top * rowBytes, rowBytes);
            var lower = image.Pixels.Slice(bottom * rowBytes, rowBytes);
            upper.CopyTo(kept);
            lower.CopyTo(upper);
            kept.CopyTo(lower);
        }
    }

    /// <summary>Five pixels from each end at a time: 15 bytes reversed by one shuffle.</summary>
    private static void ReverseColours(ref byte row, int width)
    {
        var (left, right) = (0, width - 5);
        // 16 bytes are moved where 15 count: the ends must not touch, and the last byte of each store is put back.
        for (; left + 6 <= right; left += 5, right -= 5)
        {
            ref var a = ref Unsafe.Add(ref row, left * 3);
            ref var b = ref Unsafe.Add(ref row, right * 3 - 1);
            var fromLeft = Vector128.LoadUnsafe(ref a);
            var fromRight = Vector128.LoadUnsafe(ref b);
            // The right one was loaded from one byte earlier, so that it stays within the row.
            Vector128.Shuffle(fromRight, Vector128.Create((byte)13, 14, 15, 10, 11, 12, 7, 8, 9, 4, 5, 6, 1, 2, 3, 255))
                .WithElement(15, fromLeft.GetElement(15)).StoreUnsafe(ref a);
            Vector128.Shuffle(fromLeft, Vector128.Create((byte)255, 12, 13, 14, 9, 10, 11, 6, 7, 8, 3, 4, 5, 0, 1, 2))
                .WithElement(0, fromRight.GetElement(0)).StoreUnsafe(ref b);
        }
        for (right += 4; left < right; left++, right--)
        {
            ref var a = ref Unsafe.Add(ref row, left * 3);
            ref var b = ref Unsafe.Add(ref row, right * 3);
            (a, b) = (b, a);
            (Unsafe.Add(ref a, 1), Unsafe.Add(ref b, 1)) = (Unsafe.Add(ref b, 1), Unsafe.Add(ref a, 1));
            (Unsafe.Add(ref a, 2), Unsafe.Add(ref b, 2)) = (Unsafe.Add(ref b, 2), Unsafe.Add(ref a, 2));
        }
    }

    private static void Reverse(Span<byte> row, int channels)
    {
        if (channels == 1)
            row.Reverse();
        else
            MemoryMarshal.Cast<byte, int>(row).Reverse();
    }
}
