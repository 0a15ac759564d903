using Ml.Cnn.Inspection.Pictures;
using Ml.Cnn.Transforms.Decoding;

namespace Ml.Cnn.Inspection.Embedding;

/// <summary>Draws the images of an embedding themselves, on a grid over the plane: in each cell the one that lies nearest to the cell's middle.</summary>
internal static class ImageMap
{
    /// <summary>Draws them.</summary>
    /// <param name="embedding">The images.</param>
    /// <param name="source">Where they are read.</param>
    /// <param name="cells">Of each side.</param>
    /// <param name="cell">A cell's side in pixels.</param>
    /// <returns>A PNG file.</returns>
    public static byte[] Draw(CnnEmbedding embedding, EmbeddedSource source, int cells, int cell)
    {
        var empty = new PixelImage(cell, cell, 4);
        empty.Pixels.Fill(byte.MaxValue);
        var tiles = Enumerable.Repeat(empty, cells * cells).ToArray();
        var cellOf = Place(embedding.Images, cells).ToDictionary(pair => pair.Image.Row, pair => pair.Cell);
        foreach (var (row, photo) in source.Read(cellOf.Keys.ToHashSet()))
            tiles[cellOf[row]] = SquareTile.Of(Magnification.Fit(photo.Pixels, cell), cell);
        return TileSheet.Draw([new($"{embedding}", tiles, cell, cells)]);
    }

    /// <summary>The images that are drawn, each with its cell: row by row from the upper left one, where x is least and y largest.</summary>
    public static IEnumerable<(int Cell, CnnEmbeddedImage Image)> Place(IReadOnlyList<CnnEmbeddedImage> images, int cells)
    {
        var across = new Scale([.. images.Select(image => image.X)], cells);
        var up = new Scale([.. images.Select(image => image.Y)], cells);
        return images.GroupBy(image => (cells - 1 - up.Cell(image.Y)) * cells + across.Cell(image.X))
            .Select(group => (group.Key, group.MinBy(image => Square(across.FromMiddle(image.X)) + Square(up.FromMiddle(image.Y)))!));
    }

    private static double Square(double value) => value * value;

    /// <summary>The cells along an axis, from the least number to the largest.</summary>
    private readonly struct Scale(double[] values, int cells)
    {
        private readonly double _least = values.Min();
        private readonly double _extent = values.Max() - values.Min();

        public int Cell(double value) => Math.Min(cells - 1, (int)Along(value));

        public double FromMiddle(double value) => Along(value) - Cell(value) - 0.5;

        // All in the middle, where there is no extent.
        private double Along(double value) => _extent > 0 ? (value - _least) / _extent * cells : cells / 2.0;
    }
}
