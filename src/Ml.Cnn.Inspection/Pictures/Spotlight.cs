using System.Drawing;
using Ml.Cnn.Transforms.Decoding;

namespace Ml.Cnn.Inspection.Pictures;

/// <summary>Images of which one part is framed and as it is, and the rest pale and gray.</summary>
internal static class Spotlight
{
    private const float Fading = 0.4f; // toward white
    private const int FrameWidth = 2;

    private static ReadOnlySpan<byte> FrameColor => [255, 96, 0, 255];

    /// <summary>An image in a square cell, its proportions kept.</summary>
    /// <param name="image">RGBA.</param>
    /// <param name="part">The part, in shares of the image's width and height.</param>
    /// <param name="cell">The cell's side in pixels.</param>
    public static PixelImage On(PixelImage image, RectangleF part, int cell)
    {
        var fitted = Magnification.Fit(image, cell);
        for (var y = 0; y < fitted.Height; y++)
        {
            for (var x = 0; x < fitted.Width; x++)
            {
                if (!part.Contains((x + 0.5f) / fitted.Width, (y + 0.5f) / fitted.Height))
                    Fade(fitted.Pixels.Slice((y * fitted.Width + x) * 4, 4));
            }
        }
        var square = SquareTile.Of(fitted, cell);
        var (left, top) = SquareTile.Corner(fitted, cell);
        Frame(square, left + (int)(part.Left * fitted.Width), top + (int)(part.Top * fitted.Height),
            left + (int)MathF.Ceiling(part.Right * fitted.Width), top + (int)MathF.Ceiling(part.Bottom * fitted.Height));
        return square;
    }

    // Around the part, so that nothing of it is covered.
    private static void Frame(PixelImage square, int left, int top, int right, int bottom)
    {
        for (var y = Math.Max(0, top - FrameWidth); y < Math.Min(square.Height, bottom + FrameWidth); y++)
        {
            for (var x = Math.Max(0, left - FrameWidth); x < Math.Min(square.Width, right + FrameWidth); x++)
            {
                if (x < left || x >= right || y < top || y >= bottom)
                    FrameColor.CopyTo(square.Pixels[((y * square.Width + x) * 4)..]);
            }
        }
    }

    /// <summary>Makes a pixel pale and gray.</summary>
    /// <param name="pixel">RGBA.</param>
    public static void Fade(Span<byte> pixel)
    {
        var gray = ColorMap.Mixed(PixelConverter.Luma(pixel[0], pixel[1], pixel[2]), byte.MaxValue, Fading);
        (pixel[0], pixel[1], pixel[2]) = (gray, gray, gray);
    }
}
