using Ml.Cnn.Transforms.Decoding;

namespace Ml.Cnn.Inspection.Pictures;

/// <summary>Images of all proportions as tiles of one size.</summary>
internal static class SquareTile
{
    /// <summary>An image in the middle of a white square.</summary>
    /// <param name="image">RGBA, no larger than the square.</param>
    /// <param name="side">The square's, in pixels.</param>
    public static PixelImage Of(PixelImage image, int side)
    {
        var square = new PixelImage(side, side, 4);
        square.Pixels.Fill(byte.MaxValue);
        var (left, top) = Corner(image, side);
        for (var y = 0; y < image.Height; y++)
            image.Pixels.Slice(y * image.Width * 4, image.Width * 4).CopyTo(square.Pixels[(((top + y) * side + left) * 4)..]);
        return square;
    }

    /// <summary>Where the image begins in the square.</summary>
    public static (int Left, int Top) Corner(PixelImage image, int side) => ((side - image.Width) / 2, (side - image.Height) / 2);
}
