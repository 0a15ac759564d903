using Ml.Cnn.Transforms.Decoding;

namespace Ml.Cnn.Trainers.Training.Reporting;

/// <summary>
/// A confusion matrix as a picture: a row for each class that images are of, a column for each that they were taken for, from white for none of the row's
/// images to dark blue for all; what is wrong is red, so that it is seen beside the diagonal. Classes without images are gray.
/// </summary>
internal static class ConfusionPicture
{
    private const int SmallestSide = 256;

    /// <param name="counts">Classes × classes.</param>
    /// <returns>RGBA, each cell a square of the same whole number of pixels.</returns>
    public static PixelImage Draw(long[,] counts)
    {
        var classes = counts.GetLength(0);
        var cell = Math.Max(1, (SmallestSide + classes - 1) / classes);
        var picture = new PixelImage(classes * cell, classes * cell, 4);
        for (var i = 0; i < classes; i++)
        {
            var images = 0L;
            for (var j = 0; j < classes; j++)
                images += counts[i, j];
            for (var j = 0; j < classes; j++)
                Fill(picture, j * cell, i * cell, cell, Color(images, counts[i, j], isRight: i == j));
        }
        return picture;
    }

    private static (byte R, byte G, byte B) Color(long images, long count, bool isRight)
    {
        if (images == 0)
            return (0xee, 0xee, 0xee);
        var share = Math.Sqrt((double)count / images); // a few wrong ones are to be seen
        return isRight ? (Faded(0x08, share), Faded(0x30, share), Faded(0x6b, share)) : (Faded(0xb3, share), Faded(0x00, share), Faded(0x0c, share));
    }

    private static byte Faded(int color, double share) => (byte)Math.Round(255 + (color - 255) * share);

    private static void Fill(PixelImage picture, int left, int top, int side, (byte R, byte G, byte B) color)
    {
        for (var y = top; y < top + side; y++)
            for (var x = left; x < left + side; x++)
            {
                var pixel = picture.Pixels.Slice((y * picture.Width + x) * 4, 4);
                (pixel[0], pixel[1], pixel[2], pixel[3]) = (color.R, color.G, color.B, 255);
            }
    }
}
