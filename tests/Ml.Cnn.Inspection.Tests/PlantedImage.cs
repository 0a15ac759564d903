using Ml.Cnn.Transforms.Decoding;

namespace Ml.Cnn.Inspection.Tests;

/// <summary>Images of the mean color of ImageNet but for a red square, as PNG files: it is known where a map has to point.</summary>
internal static class PlantedImage
{
    /// <summary>A square of full red.</summary>
    /// <inheritdoc cref="Square"/>
    public static byte[] Red(int width, int height, int left, int top, int side) => Square(width, height, left, top, side, byte.MaxValue);

    /// <summary>A red square.</summary>
    /// <param name="width">In pixels.</param>
    /// <param name="height">In pixels.</param>
    /// <param name="left">The square's left edge.</param>
    /// <param name="top">The square's upper edge.</param>
    /// <param name="side">The square's side.</param>
    /// <param name="red">How red it is; 124 is the mean color.</param>
    public static byte[] Square(int width, int height, int left, int top, int side, byte red)
    {
        var image = new PixelImage(width, height, 4);
        for (var y = 0; y < height; y++)
        {
            for (var x = 0; x < width; x++)
            {
                var isInside = x >= left && x < left + side && y >= top && y < top + side;
                ReadOnlySpan<byte> color = [isInside ? red : (byte)124, 116, 104, byte.MaxValue];
                color.CopyTo(image.Pixels[((y * width + x) * 4)..]);
            }
        }
        return PngEncoder.Encode(image);
    }

    /// <summary>Pixels of noise that repeat.</summary>
    public static byte[] Noise(int width, int height, int seed)
    {
        var image = new PixelImage(width, height, 4);
        new Random(seed).NextBytes(image.Pixels);
        for (var i = 3; i < image.Pixels.Length; i += 4)
            image.Pixels[i] = byte.MaxValue;
        return PngEncoder.Encode(image);
    }
}
