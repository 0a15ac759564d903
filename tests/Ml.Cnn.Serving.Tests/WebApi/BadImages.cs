using SkiaSharp;

namespace Ml.Cnn.Serving.Tests.WebApi;

/// <summary>Images that a service should refuse.</summary>
internal static class BadImages
{
    /// <summary>An image of nothing, which takes few bytes.</summary>
    public static byte[] Blank(int width, int height)
    {
        using var bitmap = new SKBitmap(width, height, SKColorType.Gray8, SKAlphaType.Opaque);
        using var data = bitmap.Encode(SKEncodedImageFormat.Png, 100);
        return data.ToArray();
    }
}
