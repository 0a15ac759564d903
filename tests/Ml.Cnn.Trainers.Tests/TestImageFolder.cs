using System.Runtime.InteropServices;
using Microsoft.ML;
using SkiaSharp;

namespace Ml.Cnn.Trainers.Tests;

/// <summary>A folder of images with one subfolder per class, gone after the test.</summary>
internal sealed class TestImageFolder : IDisposable
{
    public string Path { get; } = Directory.CreateTempSubdirectory("mlcnn-").FullName;

    /// <summary>Writes a file and gives its path.</summary>
    public string Add(string className, string file, byte[] bytes)
    {
        var path = System.IO.Path.Join(Path, className, file);
        Directory.CreateDirectory(System.IO.Path.GetDirectoryName(path)!);
        File.WriteAllBytes(path, bytes);
        return path;
    }

    /// <summary>Drawn digits as gray PNG files: 0/00000.png, …</summary>
    public static TestImageFolder OfDigits(int count, int seed = 1)
    {
        var folder = new TestImageFolder();
        var mlContext = new MLContext();
        var row = 0;
        foreach (var digit in mlContext.Data.CreateEnumerable<Digit>(mlContext.Data.GenerateDigits(count, seed), reuseRowObject: false))
            folder.Add(digit.Label, $"{row++:00000}.png", Images.Gray(28, 28, (x, y) => digit.Image[y * 28 + x]));
        return folder;
    }

    /// <summary>ImagePath, Label (text) and the files' bytes in "Image".</summary>
    public IDataView Load(MLContext mlContext)
    {
        var paths = mlContext.Data.LoadImageFolder(Path);
        return mlContext.Transforms.LoadRawImageBytes("Image", null, "ImagePath").Fit(paths).Transform(paths);
    }

    public void Dispose() => Directory.Delete(Path, recursive: true);
}

/// <summary>Encoded images.</summary>
internal static class Images
{
    public static byte[] Gray(int width, int height, Func<int, int, byte> pixel, SKEncodedImageFormat format = SKEncodedImageFormat.Png)
    {
        using var bitmap = new SKBitmap(new SKImageInfo(width, height, SKColorType.Gray8, SKAlphaType.Opaque));
        for (var y = 0; y < height; y++)
            for (var x = 0; x < width; x++)
                Marshal.WriteByte(bitmap.GetPixels(), y * bitmap.RowBytes + x, pixel(x, y));
        return Encode(bitmap, format);
    }

    public static byte[] Color(int width, int height, Func<int, int, SKColor> pixel, SKEncodedImageFormat format = SKEncodedImageFormat.Png, bool alpha = false)
    {
        using var bitmap = new SKBitmap(new SKImageInfo(width, height, SKColorType.Rgba8888, alpha ? SKAlphaType.Unpremul : SKAlphaType.Opaque));
        for (var y = 0; y < height; y++)
            for (var x = 0; x < width; x++)
                bitmap.SetPixel(x, y, pixel(x, y));
        return Encode(bitmap, format);
    }

    private static byte[] Encode(SKBitmap bitmap, SKEncodedImageFormat format)
    {
        using var data = bitmap.Encode(format, quality: 95);
        return data.ToArray();
    }
}
