using Ml.Cnn.Transforms;
using Ml.Cnn.Transforms.Decoding;
using Ml.Cnn.Transforms.Geometry;

namespace Ml.Cnn.Inspection.Pictures;

/// <summary>Images in a size that one can see.</summary>
internal static class Magnification
{
    /// <summary>A copy: smaller where the image's longer side is longer than that, else each pixel a square as large as fits.</summary>
    /// <param name="image">Any image.</param>
    /// <param name="longSide">In pixels.</param>
    public static PixelImage Fit(PixelImage image, int longSide)
    {
        var longer = Math.Max(image.Width, image.Height);
        var fitted = new PixelImage();
        if (longer > longSide)
        {
            ImageResizer.Resize(image, fitted, Reduced(image.Width), Reduced(image.Height), Interpolation.Bilinear);
            return fitted;
        }
        var times = Math.Max(1, longSide / longer);
        fitted.Reset(image.Width * times, image.Height * times, image.Channels);
        var from = image.Pixels;
        var to = fitted.Pixels;
        var channels = image.Channels;
        for (var y = 0; y < fitted.Height; y++)
        {
            for (var x = 0; x < fitted.Width; x++)
                from.Slice((y / times * image.Width + x / times) * channels, channels).CopyTo(to[((y * fitted.Width + x) * channels)..]);
        }
        return fitted;

        int Reduced(int side) => Math.Max(1, (int)Math.Round((double)side * longSide / longer));
    }
}
