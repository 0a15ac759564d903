using Ml.Cnn.Transforms.Decoding;
using Ml.Cnn.Transforms.Geometry;

namespace Ml.Cnn.Transforms.Augmentation;

/// <summary>Images in rows on white, as a PNG: so that a person sees what a network sees.</summary>
internal static class ContactSheet
{
    private const int Gap = 4;

    /// <summary>Between an original and its views.</summary>
    private const int WideGap = 16;

    /// <summary>Smaller views are magnified by a whole number, every pixel a square, until they are at least that large.</summary>
    private const int SmallestCell = 96;

    /// <summary>One row per image: the whole image, then its augmented views.</summary>
    /// <param name="images">Decoded images of any size, and their rows in the data.</param>
    /// <param name="recipe">What is done to them.</param>
    /// <param name="target">The network's input; it gives the size of the cells.</param>
    /// <param name="views">Augmented views per image, one for each epoch from 0 on.</param>
    /// <param name="seed">Fixes the views.</param>
    /// <returns>A PNG file.</returns>
    public static byte[] Draw(IReadOnlyList<(PixelImage Image, long Row)> images, ImageAugmentation recipe, ImagePreprocessing target, int views, int seed)
    {
        var scale = (SmallestCell + target.Height - 1) / target.Height;
        var cell = target.Height * scale;
        var sheet = new PixelImage(checked(Gap + cell + WideGap + views * (cell + Gap)), checked(Gap + images.Count * (cell + Gap)), 4);
        sheet.Pixels.Fill(255);
        var pipeline = new AugmentationPipeline(recipe, target);
        var (scratch, view) = (new AugmentationScratch(), new PixelImage(target.Width, target.Height, target.Channels));
        for (var y = 0; y < images.Count; y++)
        {
            var top = Gap + y * (cell + Gap);
            PlaceWhole(images[y].Image, sheet, Gap, top, cell);
            for (var epoch = 0; epoch < views; epoch++)
            {
                var random = new AugmentationRandom(seed, epoch, (ulong)images[y].Row);
                pipeline.Apply(images[y].Image, scratch, ref random, view.Pixels);
                Place(view, sheet, Gap + cell + WideGap + epoch * (cell + Gap), top, scale);
            }
        }
        return PngEncoder.Encode(sheet);
    }

    /// <summary>All of an image in the middle of a square cell, its proportions kept.</summary>
    private static void PlaceWhole(PixelImage image, PixelImage sheet, int left, int top, int cell)
    {
        var longSide = Math.Max(image.Width, image.Height);
        var magnified = cell / longSide;
        if (magnified < 1)
        {
            var fitted = new PixelImage();
            ImageResizer.Resize(image, fitted, Shortened(image.Width), Shortened(image.Height), Interpolation.Bilinear);
            (image, magnified) = (fitted, 1);
        }
        Place(image, sheet, left + (cell - image.Width * magnified) / 2, top + (cell - image.Height * magnified) / 2, magnified);

        int Shortened(int side) => Math.Max(1, (int)((long)side * cell / longSide));
    }

    private static void Place(PixelImage image, PixelImage sheet, int left, int top, int scale)
    {
        var opaque = new PixelImage();
        ChannelConverter.Convert(image, opaque, 4);
        for (var y = 0; y < opaque.Height * scale; y++)
        {
            var from = opaque.Pixels.Slice(y / scale * opaque.Width * 4, opaque.Width * 4);
            var to = sheet.Pixels.Slice(((top + y) * sheet.Width + left) * 4, opaque.Width * scale * 4);
            for (var x = 0; x < opaque.Width * scale; x++)
                from.Slice(x / scale * 4, 4).CopyTo(to[(x * 4)..]);
        }
    }
}
