using Ml.Cnn.Transforms.Decoding;

namespace Ml.Cnn.Inspection.Pictures;

/// <summary>A heat map in color over its image.</summary>
internal static class HeatMapPicture
{
    private const float ColorShare = 0.55f; // the rest is the image, so that one sees what lies under the color

    /// <summary>A PNG file.</summary>
    /// <param name="photo">The image, RGBA.</param>
    /// <param name="map">The value, from 0 to 1, at a place in shares of the image's width and height; NaN where nothing was looked at.</param>
    /// <param name="longSide">The picture's longer side, which smaller images may not come to.</param>
    public static byte[] Draw(PixelImage photo, Func<float, float, float> map, int longSide)
    {
        var picture = Magnification.Fit(photo, longSide);
        var pixels = picture.Pixels;
        for (var y = 0; y < picture.Height; y++)
        {
            for (var x = 0; x < picture.Width; x++)
                Color(pixels.Slice((y * picture.Width + x) * 4, 4), map((x + 0.5f) / picture.Width, (y + 0.5f) / picture.Height));
        }
        return PngEncoder.Encode(picture);
    }

    private static void Color(Span<byte> pixel, float value)
    {
        if (float.IsNaN(value))
        {
            Spotlight.Fade(pixel);
            return;
        }
        var (red, green, blue) = ColorMap.Heat(value);
        (pixel[0], pixel[1], pixel[2]) =
            (ColorMap.Mixed(pixel[0], red, ColorShare), ColorMap.Mixed(pixel[1], green, ColorShare), ColorMap.Mixed(pixel[2], blue, ColorShare));
        pixel[3] = byte.MaxValue;
    }
}
