using SkiaSharp;

namespace Ml.Cnn.Transforms.Decoding;

/// <summary>What an image file says of itself, read from its header.</summary>
/// <param name="Width">Of the upright image, in pixels.</param>
/// <param name="Height">Of the upright image, in pixels.</param>
/// <param name="Channels">1 for gray, 3 for colors (a palette and CMYK too), 4 for colors and alpha.</param>
internal readonly record struct EncodedImageInfo(int Width, int Height, int Channels)
{
    /// <summary>Reads the header of a file that <see cref="ImageDecoder"/> decodes.</summary>
    /// <exception cref="ImageDecodingException">It does not.</exception>
    public static unsafe EncodedImageInfo Read(ReadOnlySpan<byte> encoded)
    {
        if (ImageFormats.Find(encoded) is { } format)
        {
            var header = format.ReadHeader(encoded);
            return new(header.Width, header.Height, header.Channels);
        }
        fixed (byte* bytes = encoded)
        {
            using var data = SKData.Create((nint)bytes, encoded.Length);
            using var codec = SKCodec.Create(data) ?? throw new ImageDecodingException(ImageDecoder.WhyUnreadable(encoded));
            var info = codec.Info;
            var channels = info.ColorType == SKColorType.Gray8 ? 1 : info.AlphaType == SKAlphaType.Opaque ? 3 : 4;
            return ImageOrientation.SwapsSides(ImageOrientation.Of(codec, encoded))
                ? new(info.Height, info.Width, channels)
                : new(info.Width, info.Height, channels);
        }
    }
}
