using System.Buffers;
using Ml.Cnn.Transforms.Decoding;
using Ml.Cnn.Transforms.Geometry;

namespace Ml.Cnn.Transforms.Augmentation.Pixels;

/// <summary>A part of an image that may reach beyond its edges.</summary>
internal static class BorderedCrop
{
    public static void Copy(PixelImage source, PixelRectangle crop, BorderMode border, int fill, PixelImage destination)
    {
        var channels = source.Channels;
        var rowBytes = crop.Width * channels;
        // Columns of the crop that the image has.
        var first = Math.Clamp(-crop.X, 0, crop.Width);
        var end = Math.Clamp(source.Width - crop.X, first, crop.Width);
        for (var y = 0; y < crop.Height; y++)
        {
            var row = destination.Pixels.Slice(y * rowBytes, rowBytes);
            var sourceY = crop.Y + y;
            if (border == BorderMode.Constant && (sourceY < 0 || sourceY >= source.Height))
            {
                FillColor.WriteAll(fill, row, channels);
                continue;
            }
            var from = source.Pixels.Slice(Reflect(sourceY, source.Height) * source.Width * channels, source.Width * channels);
            from[((crop.X + first) * channels)..((crop.X + end) * channels)].CopyTo(row[(first * channels)..]);
            if (border == BorderMode.Constant)
            {
                if (first > 0)
                    FillColor.WriteAll(fill, row[..(first * channels)], channels);
                if (end < crop.Width)
                    FillColor.WriteAll(fill, row[(end * channels)..], channels);
                continue;
            }
            for (var x = 0; x < first; x++)
                from.Slice(Reflect(crop.X + x, source.Width) * channels, channels).CopyTo(row[(x * channels)..]);
            for (var x = end; x < crop.Width; x++)
                from.Slice(Reflect(crop.X + x, source.Width) * channels, channels).CopyTo(row[(x * channels)..]);
        }
    }

    /// <summary>Has an image show what lies further down and right (less than 0: further up and left), and at the edge the image's mirror image.</summary>
    /// <param name="pixels">Rows of whole pixels.</param>
    /// <param name="width">Pixels in a row.</param>
    /// <param name="channels">Bytes of a pixel.</param>
    /// <param name="shift">In pixels.</param>
    public static void Shift(Span<byte> pixels, int width, int channels, int shift)
    {
        var (stride, height) = (width * channels, pixels.Length / (width * channels));
        var rented = ArrayPool<byte>.Shared.Rent(pixels.Length);
        var source = rented.AsSpan(0, pixels.Length);
        pixels.CopyTo(source);
        for (var y = 0; y < height; y++)
        {
            var from = source.Slice(Reflect(y + shift, height) * stride, stride);
            for (var x = 0; x < width; x++)
                from.Slice(Reflect(x + shift, width) * channels, channels).CopyTo(pixels[(y * stride + x * channels)..]);
        }
        ArrayPool<byte>.Shared.Return(rented);
    }

    /// <summary>The place in the image that a place outside mirrors; the outermost pixels are not repeated.</summary>
    public static int Reflect(int place, int size)
    {
        if ((uint)place < (uint)size)
            return place;
        if (size == 1)
            return 0;
        var period = 2 * (size - 1);
        place = ((place % period) + period) % period;
        return place < size ? place : period - place;
    }
}
