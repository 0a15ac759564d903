using SkiaSharp;

namespace Ml.Cnn.Transforms.Decoding;

/// <summary>Pixels to PNG files, for pictures that people look at.</summary>
internal static class PngEncoder
{
    /// <summary>A PNG file of an image.</summary>
    /// <param name="rgba">Four channels: RGB and straight alpha.</param>
    /// <exception cref="ArgumentException">The image has another number of channels.</exception>
    public static unsafe byte[] Encode(PixelImage rgba)
    {
        if (rgba.Channels != 4)
            throw new ArgumentException($"Four channels are needed, not {rgba.Channels}.", nameof(rgba));
        var info = new SKImageInfo(rgba.Width, rgba.Height, SKColorType.Rgba8888, SKAlphaType.Unpremul);
        fixed (byte* pixels = rgba.Buffer)
        {
            using var pixmap = new SKPixmap(info, (nint)pixels);
            using var png = pixmap.Encode(SKEncodedImageFormat.Png, 100);
            return png.ToArray();
        }
    }
}
