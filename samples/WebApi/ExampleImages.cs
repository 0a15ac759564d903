using System.Runtime.InteropServices;
using Microsoft.ML;
using Microsoft.ML.Data;
using SkiaSharp;

namespace WebApi;

/// <summary>Digits to try the page with, where the model tells digits apart.</summary>
internal sealed class ExampleImages
{
    private const int Side = 28;

    private readonly Lazy<IReadOnlyDictionary<string, byte[]>> _files = new(Draw);

    /// <summary>Where the images are; nothing if they are none of the model's classes.</summary>
    public IReadOnlyList<string> Addresses(IReadOnlyList<string> classes) =>
        classes.Order(StringComparer.Ordinal).SequenceEqual(Enumerable.Range(0, 10).Select(digit => FormattableString.Invariant($"{digit}")))
            ? [.. _files.Value.Keys.Order(StringComparer.Ordinal).Select(name => "/examples/" + name)]
            : [];

    /// <returns>A PNG file; null if there is none of that name.</returns>
    public byte[]? Find(string name) => _files.Value.GetValueOrDefault(name);

    // One of each digit, which no training has seen: it takes other seeds.
    private static Dictionary<string, byte[]> Draw()
    {
        var digits = new MLContext().Data.GenerateDigits(200, seed: 2026);
        return digits.GetColumn<string>("Label").Zip(digits.GetColumn<byte[]>("Image")).DistinctBy(digit => digit.First)
            .ToDictionary(digit => $"{digit.First}.png", digit => Png(digit.Second));
    }

    private static byte[] Png(byte[] gray)
    {
        using var bitmap = new SKBitmap(Side, Side, SKColorType.Gray8, SKAlphaType.Opaque);
        Marshal.Copy(gray, 0, bitmap.GetPixels(), gray.Length);
        using var data = bitmap.Encode(SKEncodedImageFormat.Png, quality: 100);
        return data.ToArray();
    }
}
