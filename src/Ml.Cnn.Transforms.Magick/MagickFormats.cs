using ImageMagick;

namespace Ml.Cnn.Transforms;

/// <summary>The image formats that Magick.NET reads and Ml.Cnn.Transforms does not read by itself.</summary>
public static class MagickFormats
{
    /// <summary>TIFF, HEIC, AVIF, JPEG XL and JPEG 2000.</summary>
    public static IReadOnlyList<ImageFormat> All { get; } =
    [
        new MagickImageFormat("TIFF", MagickFormat.Tiff, ".tif", ".tiff"),
        new MagickImageFormat("HEIC", MagickFormat.Heic, ".heic", ".heif", ".hif"),
        new MagickImageFormat("AVIF", MagickFormat.Avif, ".avif"),
        new MagickImageFormat("JPEG XL", MagickFormat.Jxl, ".jxl"),
        new MagickImageFormat("JPEG 2000", MagickFormat.Jp2, ".jp2", ".j2k", ".jpx", ".jpf"),
    ];

    /// <summary>Registers all of them for the whole process. Call it once, before data is loaded; once more does nothing else.</summary>
    public static void Register()
    {
        foreach (var format in All)
            ImageFormats.Register(format);
    }
}
