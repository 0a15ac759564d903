using System.Drawing;
using Ml.Cnn.Transforms.Decoding;

namespace Ml.Cnn.Inspection.Pictures;

/// <summary>Images of which one part is as it is, and the rest pale and gray.</summary>
internal static class Spotlight
{
    private const float Fading = 0.6f; // toward white

    /// <summary>An image in a square cell, its proportions kept.</summary>
    /// <param name="image">RGBA.</param>
    /// <param name="part">The part, in shares of the image's width and height.</param>
    /// <param name="cell">The cell's side in pixels.</param>
    public static PixelImage On(PixelImage image, RectangleF part, int cell)
    {
        var fitted = Magnification.Fit(image, cell);
        var square = new PixelImage(cell, cell, 4);
        square.Pixels.Fill(byte.MaxValue);
        var (left, top) = ((cell - fitted.Width) / 2, (cell - fitted.Height) / 2);
        for (var y = 0; y < fitted.Height; y++)
        {
            for (var x = 0; x < fitted.Width; x++)
            {
                var pixel = fitted.Pixels.Slice((y * fitted.Width + x) * 4, 4);
                if (!part.Contains((x + 0.5f) / fitted.Width, (y + 0.5f) / fitted.Height))
                    Fade(pixel);
                pixel.CopyTo(square.Pixels[(((top + y) * cell + left + x) * 4)..]);
            }
        }
        return square;
    }

    /// <summary>Makes a pixel pale and gray.</summary>
    /// <param name="pixel">RGBA.</param>
    public static void Fade(Span<byte> pixel)
    {
        var gray = ColorMap.Mixed(PixelConverter.Luma(pixel[0], pixel[1], pixel[2]), byte.MaxValue, Fading);
        (pixel[0], pixel[1], pixel[2]) = (gray, gray, gray);
    }
}
