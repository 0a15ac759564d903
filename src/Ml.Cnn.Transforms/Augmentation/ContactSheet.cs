using Ml.Cnn.Transforms.Decoding;
using Ml.Cnn.Transforms.Geometry;
using SkiaSharp;

namespace Ml.Cnn.Transforms.Augmentation;

/// <summary>Pictures in rows on white, as a PNG: so that a person sees what a network sees.</summary>
internal static class ContactSheet
{
    private const int Gap = 4;

    /// <summary>One row per picture: the picture as scoring sees it, then its augmented views.</summary>
    /// <param name="pictures">Decoded pictures of any size.</param>
    /// <param name="recipe">What is done to them.</param>
    /// <param name="target">The network's input; it gives the size of the cells.</param>
    /// <param name="views">Augmented views per picture, one for each epoch from 0 on.</param>
    /// <param name="seed">Fixes the views.</param>
    /// <returns>A PNG file.</returns>
    public static byte[] Draw(IReadOnlyList<PixelImage> pictures, ImageAugmentation recipe, ImagePreprocessing target, int views, int seed)
    {
        var (training, scoring) = (new AugmentationPipeline(recipe, target), new AugmentationPipeline(recipe, target, scoring: true));
        var scratch = new AugmentationScratch();
        var rows = new List<IReadOnlyList<PixelImage>>();
        for (var i = 0; i < pictures.Count; i++)
        {
            var row = new List<PixelImage> { View(scoring, i, epoch: 0) };
            for (var epoch = 0; epoch < views; epoch++)
                row.Add(View(training, i, epoch));
            rows.Add(row);
        }
        return ToPng(rows, target.Width, target.Height);

        PixelImage View(AugmentationPipeline pipeline, int picture, int epoch)
        {
            var random = new AugmentationRandom(seed, epoch, (ulong)picture);
            var view = new PixelImage(target.Width, target.Height, target.Channels);
            pipeline.Apply(pictures[picture], scratch, ref random, view.Pixels);
            return view;
        }
    }

    /// <summary>Pictures of any size, each brought into a cell with its proportions kept.</summary>
    /// <param name="rows">The pictures from top to bottom and left to right; rows may differ in length.</param>
    /// <param name="cellWidth">In pixels.</param>
    /// <param name="cellHeight">In pixels.</param>
    /// <returns>A PNG file.</returns>
    public static byte[] ToPng(IReadOnlyList<IReadOnlyList<PixelImage>> rows, int cellWidth, int cellHeight)
    {
        var columns = rows.Max(row => row.Count);
        var sheet = new PixelImage(Gap + columns * (cellWidth + Gap), Gap + rows.Count * (cellHeight + Gap), 4);
        sheet.Pixels.Fill(255);
        var fitted = new PixelImage();
        var opaque = new PixelImage();
        for (var y = 0; y < rows.Count; y++)
            for (var x = 0; x < rows[y].Count; x++)
            {
                var picture = rows[y][x];
                var scale = Math.Min((double)cellWidth / picture.Width, (double)cellHeight / picture.Height);
                var (width, height) = (Math.Max(1, (int)(picture.Width * scale)), Math.Max(1, (int)(picture.Height * scale)));
                ImageResizer.Resize(picture, fitted, width, height, Interpolation.Bilinear);
                ChannelConverter.Convert(fitted, opaque, 4);
                Place(opaque, sheet, Gap + x * (cellWidth + Gap) + (cellWidth - width) / 2, Gap + y * (cellHeight + Gap) + (cellHeight - height) / 2);
            }
        return Encode(sheet);
    }

    private static void Place(PixelImage picture, PixelImage sheet, int left, int top)
    {
        var rowBytes = picture.Width * 4;
        for (var y = 0; y < picture.Height; y++)
            picture.Pixels.Slice(y * rowBytes, rowBytes).CopyTo(sheet.Pixels[(((top + y) * sheet.Width + left) * 4)..]);
    }

    private static unsafe byte[] Encode(PixelImage rgba)
    {
        var info = new SKImageInfo(rgba.Width, rgba.Height, SKColorType.Rgba8888, SKAlphaType.Unpremul);
        fixed (byte* pixels = rgba.Buffer)
        {
            using var pixmap = new SKPixmap(info, (nint)pixels);
            using var png = pixmap.Encode(SKEncodedImageFormat.Png, 100);
            return png.ToArray();
        }
    }
}
