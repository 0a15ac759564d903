using Ml.Cnn.Transforms.Decoding;
using SkiaSharp;

namespace Ml.Cnn.Transforms.Geometry;

/// <summary>Pixels to fewer or more channels.</summary>
internal static class ChannelConverter
{
    /// <summary>Any number of channels to any other, into an image whose buffer is reused.</summary>
    public static void Convert(PixelImage source, PixelImage destination, int channels)
    {
        destination.Reset(source.Width, source.Height, channels);
        if (source.Channels < channels)
            Expand(source.Pixels, source.Channels, destination.Pixels, channels);
        else if (source.Channels == channels)
            source.Pixels.CopyTo(destination.Pixels);
        else
            Reduce(source, destination);
    }

    /// <summary>RGB or RGBA to gray (ITU-R 601-2 luma), or RGBA on white to RGB.</summary>
    public static PixelImage Reduce(PixelImage source, int channels)
    {
        var result = new PixelImage(source.Width, source.Height, channels);
        Reduce(source, result);
        return result;
    }

    private static void Reduce(PixelImage source, PixelImage result)
    {
        if (source.Channels == 4)
        {
            PixelConverter.Convert(source.Pixels, ColorOrder.Rgba, AlphaKind.Straight, SKEncodedOrigin.TopLeft, result, DecodeOptions.Default.Background);
            return;
        }

        ReadOnlySpan<byte> from = source.Pixels;
        var to = result.Pixels;
        for (var pixel = 0; pixel < to.Length; pixel++)
            to[pixel] = PixelConverter.Luma(from[pixel * 3], from[pixel * 3 + 1], from[pixel * 3 + 2]);
    }

    /// <summary>Gray to equal colors; a fourth channel is opaque.</summary>
    public static void Expand(ReadOnlySpan<byte> source, int sourceChannels, Span<byte> destination, int channels)
    {
        var pixels = source.Length / sourceChannels;
        for (var pixel = 0; pixel < pixels; pixel++)
        {
            var from = source.Slice(pixel * sourceChannels, sourceChannels);
            var to = destination.Slice(pixel * channels, channels);
            to[0] = from[0];
            to[1] = sourceChannels == 1 ? from[0] : from[1];
            to[2] = sourceChannels == 1 ? from[0] : from[2];
            if (channels == 4)
                to[3] = 255;
        }
    }
}
