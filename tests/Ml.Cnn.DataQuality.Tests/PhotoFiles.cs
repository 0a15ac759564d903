using Ml.Cnn.Transforms.Decoding;
using SkiaSharp;

namespace Ml.Cnn.DataQuality.Tests;

/// <summary>Photos of the reference data, and pictures of ones own, written in many ways.</summary>
internal static class PhotoFiles
{
    private const string Archive = "data/imagenette-mini.tar";

    /// <summary>So many training photos, spread over the classes.</summary>
    public static IReadOnlyList<(string Class, SKBitmap Photo)> Photos(int count)
    {
        var files = SharedData.Files(Archive).Where(file => file.Name.Contains("/train/", StringComparison.Ordinal)).ToArray();
        return [.. Enumerable.Range(0, count).Select(i => files[i * files.Length / count])
            .Select(file => (file.Name.Split('/')[^2], SKBitmap.Decode(file.Bytes)))];
    }

    public static byte[] Jpeg(this SKBitmap picture, int quality = 92)
    {
        using var data = picture.Encode(SKEncodedImageFormat.Jpeg, quality);
        return data.ToArray();
    }

    public static SKBitmap Resized(this SKBitmap picture, double scale) =>
        picture.Resize(new SKImageInfo((int)(picture.Width * scale), (int)(picture.Height * scale)), SKFilterQuality.High);

    /// <summary>Without a share of each side.</summary>
    public static SKBitmap Cropped(this SKBitmap picture, double left, double top, double right, double bottom)
    {
        var part = new SKBitmap();
        picture.ExtractSubset(part, SKRectI.Create((int)(left * picture.Width), (int)(top * picture.Height),
            (int)((1 - left - right) * picture.Width), (int)((1 - top - bottom) * picture.Height)));
        return part.Copy();
    }

    public static SKBitmap Mirrored(this SKBitmap picture) => Drawn(picture, canvas => canvas.Scale(-1, 1, picture.Width / 2f, 0));

    /// <summary>One color.</summary>
    public static SKBitmap Plain(int width, int height, SKColor color)
    {
        var picture = new SKBitmap(width, height);
        picture.Erase(color);
        return picture;
    }

    /// <summary>In gray.</summary>
    public static SKBitmap Gray(this SKBitmap picture)
    {
        var pixels = picture.Pixels;
        for (var i = 0; i < pixels.Length; i++)
        {
            var level = PixelConverter.Luma(pixels[i].Red, pixels[i].Green, pixels[i].Blue);
            pixels[i] = new(level, level, level);
        }
        var gray = picture.Copy();
        gray.Pixels = pixels;
        return gray;
    }

    private static SKBitmap Drawn(SKBitmap picture, Action<SKCanvas> prepare)
    {
        var drawn = new SKBitmap(picture.Info);
        using var canvas = new SKCanvas(drawn);
        prepare(canvas);
        canvas.DrawBitmap(picture, 0, 0);
        return drawn;
    }
}
