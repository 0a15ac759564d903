using System.Drawing;
using Ml.Cnn.Transforms.Decoding;

namespace Ml.Cnn.Inspection.Pictures;

/// <summary>A heat map in color over its image.</summary>
internal static class HeatMapPicture
{
    private const float ColorShare = 0.55f; // the rest is the image, so that one sees what lies under the color
    private const float Fading = 0.6f;      // toward white, of what was not looked at

    /// <summary>A PNG file.</summary>
    /// <param name="photo">The image, RGBA.</param>
    /// <param name="map">From 0 to 1; NaN where nothing was looked at.</param>
    /// <param name="part">The part of the image that the map covers, in shares of its width and height.</param>
    /// <param name="longSide">The picture's longer side, which smaller images may not come to.</param>
    public static byte[] Draw(PixelImage photo, float[,] map, RectangleF part, int longSide)
    {
        var picture = Magnification.Fit(photo, longSide);
        var pixels = picture.Pixels;
        for (var y = 0; y < picture.Height; y++)
        {
            for (var x = 0; x < picture.Width; x++)
            {
                var value = At(map, part, (x + 0.5f) / picture.Width, (y + 0.5f) / picture.Height);
                Color(pixels.Slice((y * picture.Width + x) * 4, 4), value);
            }
        }
        return PngEncoder.Encode(picture);
    }

    private static void Color(Span<byte> pixel, float value)
    {
        if (float.IsNaN(value))
        {
            var gray = ColorMap.Mixed((byte)((pixel[0] * 299 + pixel[1] * 587 + pixel[2] * 114) / 1000), byte.MaxValue, Fading);
            (pixel[0], pixel[1], pixel[2]) = (gray, gray, gray);
            return;
        }
        var (red, green, blue) = ColorMap.Heat(value);
        (pixel[0], pixel[1], pixel[2]) =
            (ColorMap.Mixed(pixel[0], red, ColorShare), ColorMap.Mixed(pixel[1], green, ColorShare), ColorMap.Mixed(pixel[2], blue, ColorShare));
        pixel[3] = byte.MaxValue;
    }

    // The map's value at a place of the image, between its pixels bilinear; NaN outside.
    private static float At(float[,] map, RectangleF part, float across, float down)
    {
        if (!part.Contains(across, down))
            return float.NaN;
        var (height, width) = (map.GetLength(0), map.GetLength(1));
        var x = Math.Clamp((across - part.X) / part.Width * width - 0.5f, 0, width - 1);
        var y = Math.Clamp((down - part.Y) / part.Height * height - 0.5f, 0, height - 1);
        var (left, top) = ((int)x, (int)y);
        var (right, bottom) = (Math.Min(left + 1, width - 1), Math.Min(top + 1, height - 1));
        var above = map[top, left] + (map[top, right] - map[top, left]) * (x - left);
        var below = map[bottom, left] + (map[bottom, right] - map[bottom, left]) * (x - left);
        return above + (below - above) * (y - top);
    }
}
