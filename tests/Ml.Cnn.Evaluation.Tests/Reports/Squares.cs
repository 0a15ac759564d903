using SkiaSharp;

namespace Ml.Cnn.Evaluation.Tests.Reports;

/// <summary>Images that can be told apart: a square of a color and a place of its own.</summary>
internal static class Squares
{
    public static byte[] Png(int width, int height, int seed)
    {
        var random = new Random(seed);
        using var bitmap = new SKBitmap(width, height);
        using var canvas = new SKCanvas(bitmap);
        canvas.Clear(new SKColor((uint)random.Next() | 0xFF000000));
        using var paint = new SKPaint { Color = new SKColor((uint)random.Next() | 0xFF000000) };
        canvas.DrawRect(random.Next(width / 2), random.Next(height / 2), width / 3f, height / 3f, paint);
        using var file = bitmap.Encode(SKEncodedImageFormat.Png, 100);
        return file.ToArray();
    }
}
