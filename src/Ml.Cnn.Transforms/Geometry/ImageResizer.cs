using System.Buffers;
using Ml.Cnn.Transforms.Decoding;

namespace Ml.Cnn.Transforms.Geometry;

/// <summary>
/// Antialiased resizing with Pillow's arithmetic: each pass a weighted sum of all the pixels that an output pixel
/// covers, rows first, rounded to bytes in between. May be called on several threads at once.
/// </summary>
internal static class ImageResizer
{
    /// <summary>Resizes a whole image.</summary>
    /// <param name="source">The image.</param>
    /// <param name="destination">Takes the new size and the source's channels; another image than the source.</param>
    /// <param name="width">In pixels, at least 1.</param>
    /// <param name="height">In pixels, at least 1.</param>
    /// <param name="interpolation">The filter.</param>
    public static void Resize(PixelImage source, PixelImage destination, int width, int height, Interpolation interpolation)
    {
        destination.Reset(width, height, source.Channels);
        Resize(source, PixelRectangle.Whole(source.Width, source.Height), width, height, PixelRectangle.Whole(width, height),
            interpolation, destination.Pixels, width * source.Channels);
    }

    /// <summary>
    /// Resizes a part of an image as if it were the whole one, and gives a part of the result; only the pixels that
    /// this part is made of are touched.
    /// </summary>
    /// <param name="source">The image.</param>
    /// <param name="box">The part of it that is resized. Pixels outside do not count.</param>
    /// <param name="width">The width that the box is brought to, in pixels.</param>
    /// <param name="height">The height that the box is brought to, in pixels.</param>
    /// <param name="window">The part of width × height that is wanted.</param>
    /// <param name="interpolation">The filter.</param>
    /// <param name="target">From the window's first byte on.</param>
    /// <param name="targetStride">Bytes from a row of the target to the next.</param>
    /// <exception cref="ArgumentOutOfRangeException">The box or the window is empty or not inside.</exception>
    public static void Resize(PixelImage source, PixelRectangle box, int width, int height, PixelRectangle window,
        Interpolation interpolation, Span<byte> target, int targetStride)
    {
        if (!box.IsInside(source.Width, source.Height))
            throw new ArgumentOutOfRangeException(nameof(box), box, $"The box is not inside the image of {source.Width} × {source.Height} pixels.");
        if (!window.IsInside(width, height))
            throw new ArgumentOutOfRangeException(nameof(window), window, $"The window is not inside the resized image of {width} × {height} pixels.");

        // Transparent pixels must not bleed their color into their neighbors: colors are weighted with alpha meanwhile.
        if (source.Channels == 4 && (width != box.Width || height != box.Height))
        {
            using var weighted = Premultiply(source, box);
            Resize(weighted.Bytes, box.Width * 4, 4, box.Width, box.Height, width, height, window, interpolation, target, targetStride);
            for (var y = 0; y < window.Height; y++)
                Unmultiply(target.Slice(y * targetStride, window.Width * 4));
            return;
        }

        var stride = source.Width * source.Channels;
        var first = box.Y * stride + box.X * source.Channels;
        Resize(source.Pixels[first..], stride, source.Channels, box.Width, box.Height, width, height, window, interpolation, target, targetStride);
    }

    private static void Resize(ReadOnlySpan<byte> source, int stride, int channels, int sourceWidth, int sourceHeight,
        int width, int height, PixelRectangle window, Interpolation interpolation, Span<byte> target, int targetStride)
    {
        var vertical = height == sourceHeight ? null : ResizeCoefficients.For(sourceHeight, height, interpolation);
        var horizontal = width == sourceWidth ? null : ResizeCoefficients.For(sourceWidth, width, interpolation);
        var firstRow = vertical?.Start(window.Y) ?? window.Y;
        var rows = (vertical?.End(window.Y + window.Height - 1) ?? window.Y + window.Height) - firstRow;
        var rowBytes = window.Width * channels;
        source = source[(firstRow * stride)..];

        if (horizontal is null)
        {
            source = source[(window.X * channels)..];
            if (vertical is null)
                Copy(source, stride, window.Height, rowBytes, target, targetStride);
            else
                ResizePasses.Vertical(source, stride, firstRow, rowBytes, vertical, window.Y, window.Height, target, targetStride);
            return;
        }

        if (vertical is null && targetStride == rowBytes)
        {
            ResizePasses.Horizontal(source, stride, rows, channels, horizontal, window.X, window.Width, target);
            return;
        }

        using var narrowed = new RentedBytes(rows * rowBytes);
        ResizePasses.Horizontal(source, stride, rows, channels, horizontal, window.X, window.Width, narrowed.Bytes);
        if (vertical is null)
            Copy(narrowed.Bytes, rowBytes, window.Height, rowBytes, target, targetStride);
        else
            ResizePasses.Vertical(narrowed.Bytes, rowBytes, firstRow, rowBytes, vertical, window.Y, window.Height, target, targetStride);
    }

    private static void Copy(ReadOnlySpan<byte> source, int stride, int rows, int rowBytes, Span<byte> target, int targetStride)
    {
        for (var y = 0; y < rows; y++)
            source.Slice(y * stride, rowBytes).CopyTo(target[(y * targetStride)..]);
    }

    private static RentedBytes Premultiply(PixelImage source, PixelRectangle box)
    {
        var weighted = new RentedBytes(box.Width * box.Height * 4);
        for (var y = 0; y < box.Height; y++)
        {
            var from = source.Pixels.Slice(((box.Y + y) * source.Width + box.X) * 4, box.Width * 4);
            var to = weighted.Bytes.Slice(y * box.Width * 4, box.Width * 4);
            for (var x = 0; x < from.Length; x += 4)
            {
                var alpha = from[x + 3];
                to[x] = Multiply(from[x], alpha);
                to[x + 1] = Multiply(from[x + 1], alpha);
                to[x + 2] = Multiply(from[x + 2], alpha);
                to[x + 3] = alpha;
            }
        }
        return weighted;
    }

    private static void Unmultiply(Span<byte> row)
    {
        for (var x = 0; x < row.Length; x += 4)
        {
            var alpha = row[x + 3];
            if (alpha is 0 or 255)
                continue;
            for (var c = 0; c < 3; c++)
                row[x + c] = (byte)Math.Min(255, 255 * row[x + c] / alpha);
        }
    }

    /// <summary>a · b / 255, rounded.</summary>
    private static byte Multiply(int a, int b)
    {
        var product = a * b + 128;
        return (byte)(((product >> 8) + product) >> 8);
    }

    private readonly ref struct RentedBytes(int length) : IDisposable
    {
        private readonly byte[] _array = ArrayPool<byte>.Shared.Rent(length);

        public Span<byte> Bytes => _array.AsSpan(0, length);

        public void Dispose() => ArrayPool<byte>.Shared.Return(_array);
    }
}
