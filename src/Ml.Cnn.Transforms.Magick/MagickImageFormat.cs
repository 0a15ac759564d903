using ImageMagick;

namespace Ml.Cnn.Transforms;

/// <summary>A format that ImageMagick decodes: the first image of a file, with 8 bits a channel; an embedded color profile is not applied.</summary>
/// <param name="name">As Ml.Cnn.Transforms names it, which recognizes it by its first bytes.</param>
/// <param name="format">The decoder. No other one is asked, whatever the file says of itself.</param>
/// <param name="extensions">The endings of its files' names.</param>
internal sealed class MagickImageFormat(string name, MagickFormat format, params IReadOnlyList<string> extensions) : ImageFormat(name, extensions)
{
    public override ImageHeader ReadHeader(ReadOnlySpan<byte> encoded)
    {
        using var image = new MagickImage(); // of a TIFF, whose alpha it does not tell before the pixels are read, all colors are 3 channels
        image.Ping(encoded, Settings());
        var sidesSwapped = image.Orientation is Orientation.LeftTop or Orientation.RightTop or Orientation.RightBottom
            or Orientation.LeftBottom;
        var (width, height) = checked(((int)image.Width, (int)image.Height));
        var channels = image.HasAlpha ? 4 : image.ColorSpace is ColorSpace.Gray or ColorSpace.LinearGray ? 1 : 3;
        return sidesSwapped ? new(height, width, channels) : new(width, height, channels);
    }

    public override void Decode(ReadOnlySpan<byte> encoded, Span<byte> rgba)
    {
        using var image = new MagickImage();
        image.Read(encoded, Settings());
        image.AutoOrient();
        if (image.ColorSpace == ColorSpace.CMYK)
            image.ColorSpace = ColorSpace.sRGB;
        using var pixels = image.GetPixelsUnsafe();
        var bytes = pixels.ToByteArray(PixelMapping.RGBA) ?? throw new InvalidDataException("The image has no pixels.");
        if (bytes.Length != rgba.Length)
            throw new InvalidDataException("The image has another size than its header says.");
        bytes.CopyTo(rgba);
    }

    private MagickReadSettings Settings() => new() { Format = format, FrameIndex = 0, FrameCount = 1 };
}
