using System.Runtime.InteropServices;
using Microsoft.ML;
using SkiaSharp;

namespace Ml.Cnn.Experiments.Tests;

/// <summary>Drawn digits as image files, in a folder for each class.</summary>
internal static class DigitFiles
{
    private const int Side = 28;

    public static void Write(string folder, int count)
    {
        var mlContext = new MLContext(seed: 1);
        foreach (var (i, digit) in mlContext.Data.CreateEnumerable<Digit>(mlContext.Data.GenerateDigits(count), reuseRowObject: false).Index())
        {
            using var bitmap = new SKBitmap(Side, Side, SKColorType.Gray8, SKAlphaType.Opaque);
            Marshal.Copy(digit.Image, 0, bitmap.GetPixels(), digit.Image.Length);
            using var png = bitmap.Encode(SKEncodedImageFormat.Png, 100);
            Directory.CreateDirectory(Path.Join(folder, digit.Label));
            File.WriteAllBytes(Path.Join(folder, digit.Label, FormattableString.Invariant($"{i}.png")), png.ToArray());
        }
    }

    private sealed class Digit
    {
        public byte[] Image { get; set; } = [];

        public string Label { get; set; } = "";
    }
}
