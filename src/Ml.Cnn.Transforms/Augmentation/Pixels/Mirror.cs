using System.Buffers;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using Ml.Cnn.Transforms.Decoding;

namespace Ml.Cnn.Transforms.Augmentation.Pixels;

/// <summary>Flips in place.</summary>
internal static class Mirror
{
    public static void Horizontally(PixelImage image) => Horizontally(image.Pixels, image.Width, image.Channels);

    /// <param name="pixels">Rows without padding.</param>
    /// <param name="width">In pixels.</param>
    /// <param name="channels">1, 3 or 4.</param>
    public static void Horizontally(Span<byte> pixels, int width, int channels)
    {
        var rowBytes = width * channels;
        var kept = ArrayPool<byte>.Shared.Rent(rowBytes);
        for (var start = 0; start < pixels.Length; start += rowBytes)
        {
            var row = pixels.Slice(start, rowBytes);
            if (channels == 1)
            {
                row.Reverse();
            }
            else if (channels == 4)
            {
                MemoryMarshal.Cast<byte, int>(row).Reverse();
            }
            else
            {
                row.CopyTo(kept);
                ReverseColors(kept.AsSpan(0, rowBytes), row);
            }
        }
        ArrayPool<byte>.Shared.Return(kept);
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

    /// <summary>Five RGB pixels at a time: 15 bytes reversed by one shuffle.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)] // called in bulk from the first image on
    private static void ReverseColors(ReadOnlySpan<byte> source, Span<byte> target)
    {
        ref var from = ref MemoryMarshal.GetReference(source);
        ref var to = ref MemoryMarshal.GetReference(target);
        var place = 0;
        // 16 bytes are moved where 15 count: the one before the five is skipped, the one behind them is written next.
        for (; place + 16 <= target.Length; place += 15)
        {
            var five = Vector128.LoadUnsafe(ref from, (nuint)(source.Length - place - 16));
            Vector128.Shuffle(five, Vector128.Create((byte)13, 14, 15, 10, 11, 12, 7, 8, 9, 4, 5, 6, 1, 2, 3, 255)).StoreUnsafe(ref to, (nuint)place);
        }
        for (; place < target.Length; place += 3)
            source.Slice(source.Length - place - 3, 3).CopyTo(target[place..]);
    }
}
