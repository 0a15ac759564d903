using Ml.Cnn.Transforms;
using Ml.Cnn.Transforms.Decoding;
using Ml.Cnn.Transforms.Geometry;
using SkiaSharp;

namespace Ml.Cnn.Evaluation.Pages;

/// <summary>An image made small, as the address of an img element that holds the whole file.</summary>
internal static class Thumbnail
{
    private const int Quality = 70;
    private const int Small = 40; // pixels; of such an image a PNG is shorter than a JPEG, whose tables alone take 600 bytes, and every pixel is right

    /// <summary>The size of an image brought into a square, its proportions kept; a small one keeps its size.</summary>
    public static (int Width, int Height) Fit(int width, int height, int side)
    {
        var scale = Math.Min(1, (double)side / Math.Max(width, height));
        return (Math.Max(1, (int)Math.Round(width * scale)), Math.Max(1, (int)Math.Round(height * scale)));
    }

    /// <summary>Makes it.</summary>
    /// <param name="image">Of any size and channels.</param>
    /// <param name="side">The longer side in pixels at most.</param>
    /// <param name="quality">Of a JPEG, 0 to 100.</param>
    /// <param name="losslessSide">A thumbnail whose longer side is at most that is a PNG.</param>
    public static string Of(PixelImage image, int side, int quality = Quality, int losslessSide = Small)
    {
        var (width, height) = Fit(image.Width, image.Height, side);
        if ((width, height) != (image.Width, image.Height))
        {
            var resized = new PixelImage();
            ImageResizer.Resize(image, resized, width, height, Interpolation.Bilinear);
            image = resized;
        }
        var rgba = new PixelImage();
        ChannelConverter.Convert(image, rgba, 4);
        var isSmall = Math.Max(width, height) <= losslessSide;
        return Address(Encode(rgba, isSmall ? SKEncodedImageFormat.Png : SKEncodedImageFormat.Jpeg, quality), isSmall ? "image/png" : "image/jpeg");
    }

    /// <summary>The address of a picture that is a file already; null where it is none that browsers show.</summary>
    public static string? Of(ReadOnlySpan<byte> file) =>
        file is [0x89, 0x50, 0x4E, 0x47, ..] ? Address(file, "image/png")
        : file is [0xFF, 0xD8, ..] ? Address(file, "image/jpeg")
        : file.Length > 12 && file.StartsWith("RIFF"u8) && file[8..].StartsWith("WEBP"u8) ? Address(file, "image/webp")
        : null;

    private static string Address(ReadOnlySpan<byte> file, string type) => $"data:{type};base64,{Convert.ToBase64String(file)}";

    private static unsafe byte[] Encode(PixelImage rgba, SKEncodedImageFormat format, int quality)
    {
        var info = new SKImageInfo(rgba.Width, rgba.Height, SKColorType.Rgba8888, SKAlphaType.Opaque);
        fixed (byte* pixels = rgba.Buffer)
        {
            using var pixmap = new SKPixmap(info, (nint)pixels);
            using var file = pixmap.Encode(format, quality);
            return file.ToArray();
        }
    }
}
