using Ml.Cnn.Transforms;
using Ml.Cnn.Transforms.Decoding;
using Ml.Cnn.Transforms.Geometry;

namespace Ml.Cnn.DataQuality.Images;

/// <summary>What is measured on an image, at most 256 pixels long: a larger one is made smaller first.</summary>
/// <param name="Width">Of the whole image, in pixels.</param>
/// <param name="Height">Of the whole image, in pixels.</param>
/// <param name="Brightness">The mean gray level, 0 to 255.</param>
/// <param name="Contrast">The standard deviation of the gray levels, in levels.</param>
/// <param name="Color">The mean difference of a pixel's largest and smallest channel, in levels: 0 for gray.</param>
/// <param name="Sharpness">The mean absolute difference of a gray level from the mean of its four neighbors', in levels.</param>
/// <param name="Frame">The share of the image that is a frame of one color around the rest, 0 to 1.</param>
internal readonly record struct ImageMeasures(int Width, int Height, float Brightness, float Contrast, float Color, float Sharpness, float Frame)
{
    private const int LongestSide = 256;

    /// <summary>Gray levels that a row of a frame may differ by: compression leaves no color quite even.</summary>
    private const int FrameTolerance = 12;

    /// <summary>Measures an image.</summary>
    /// <param name="image">Of any channels.</param>
    /// <param name="room">Reused from image to image.</param>
    public static ImageMeasures Of(PixelImage image, MeasuringRoom room)
    {
        var small = Smaller(image, room.Small);
        ChannelConverter.Convert(small, room.Rgb, 3);
        ChannelConverter.Convert(room.Rgb, room.Gray, 1);
        var (mean, deviation) = MeanAndDeviation(room.Gray.Pixels);
        return new(image.Width, image.Height, mean, deviation, ColorOf(room.Rgb.Pixels), SharpnessOf(room.Gray), FrameOf(room.Gray));
    }

    private static PixelImage Smaller(PixelImage image, PixelImage room)
    {
        var scale = (double)LongestSide / Math.Max(image.Width, image.Height);
        if (scale >= 1)
            return image;
        ImageResizer.Resize(image, room, Math.Max(1, (int)(image.Width * scale)), Math.Max(1, (int)(image.Height * scale)), Interpolation.Bilinear);
        return room;
    }

    private static (float Mean, float Deviation) MeanAndDeviation(ReadOnlySpan<byte> gray)
    {
        var (sum, squares) = (0L, 0L);
        foreach (var level in gray)
        {
            sum += level;
            squares += level * level;
        }
        var mean = (double)sum / gray.Length;
        return ((float)mean, (float)Math.Sqrt(Math.Max(0, (double)squares / gray.Length - mean * mean)));
    }

    private static float ColorOf(ReadOnlySpan<byte> rgb)
    {
        var sum = 0L;
        for (var i = 0; i < rgb.Length; i += 3)
            sum += Math.Max(rgb[i], Math.Max(rgb[i + 1], rgb[i + 2])) - Math.Min(rgb[i], Math.Min(rgb[i + 1], rgb[i + 2]));
        return (float)((double)sum * 3 / rgb.Length);
    }

    private static float SharpnessOf(PixelImage image)
    {
        var (width, height) = (image.Width, image.Height);
        if (width < 3 || height < 3)
            return 0;
        ReadOnlySpan<byte> gray = image.Pixels;
        var sum = 0L;
        for (var y = 1; y < height - 1; y++)
        {
            var row = gray.Slice(y * width, width);
            var above = gray.Slice((y - 1) * width, width);
            var below = gray.Slice((y + 1) * width, width);
            for (var x = 1; x < width - 1; x++)
                sum += Math.Abs(4 * row[x] - row[x - 1] - row[x + 1] - above[x] - below[x]);
        }
        return (float)(sum / 4.0 / ((width - 2) * (height - 2)));
    }

    private static float FrameOf(PixelImage image)
    {
        var (pixels, width, height) = (image.Buffer, image.Width, image.Height);
        var corner = pixels[0];
        var (top, bottom, left, right) = (0, height, 0, width);
        while (top < bottom && IsEven(top * width, 1, width))
            top++;
        while (bottom > top && IsEven((bottom - 1) * width, 1, width))
            bottom--;
        while (left < right && IsEven(left, width, height))
            left++;
        while (right > left && IsEven(right - 1, width, height))
            right--;
        return 1 - (float)((double)(bottom - top) * (right - left) / ((double)width * height));

        bool IsEven(int first, int step, int count)
        {
            for (var i = 0; i < count; i++)
                if (Math.Abs(pixels[first + i * step] - corner) > FrameTolerance)
                    return false;
            return true;
        }
    }
}

/// <summary>Images that measuring fills again and again. One per thread.</summary>
internal sealed class MeasuringRoom
{
    public PixelImage Small { get; } = new();

    public PixelImage Rgb { get; } = new();

    public PixelImage Gray { get; } = new();
}
