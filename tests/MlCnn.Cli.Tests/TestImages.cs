using Microsoft.ML;
using Microsoft.ML.Data;
using SkiaSharp;

namespace MlCnn.Cli.Tests;

/// <summary>Drawn digits as image files.</summary>
internal static class Images
{
    /// <summary>Writes digits into a folder per class.</summary>
    /// <param name="folder">Is made.</param>
    /// <param name="count">How many.</param>
    /// <param name="seed">Which.</param>
    /// <param name="classes">The folders of the digits 0, 1, …; other digits are left out.</param>
    /// <param name="extension">".png" or ".jpg".</param>
    public static void Write(string folder, int count, int seed, string[] classes, string extension)
    {
        var mlContext = new MLContext();
        var rows = mlContext.Data.CreateEnumerable<Row>(mlContext.Data.GenerateDigits(count, seed), reuseRowObject: false);
        foreach (var (row, i) in rows.Select((row, i) => (row, i)))
        {
            var digit = row.Label[0] - '0';
            if (digit >= classes.Length)
                continue;
            var classFolder = Directory.CreateDirectory(Path.Join(folder, classes[digit])).FullName;
            WriteFile(Path.Join(classFolder, FormattableString.Invariant($"image {i}{extension}")), row.Image);
        }
    }

    public static void WriteFile(string path, byte[] gray)
    {
        using var bitmap = new SKBitmap(new SKImageInfo(28, 28, SKColorType.Gray8, SKAlphaType.Opaque));
        System.Runtime.InteropServices.Marshal.Copy(gray, 0, bitmap.GetPixels(), gray.Length);
        using var data = bitmap.Encode(path.EndsWith(".jpg", StringComparison.Ordinal) ? SKEncodedImageFormat.Jpeg : SKEncodedImageFormat.Png, 95);
        File.WriteAllBytes(path, data.ToArray());
    }

    private sealed class Row
    {
        [VectorType(28, 28, 1)]
        public byte[] Image { get; set; } = [];

        public string Label { get; set; } = "";
    }
}
