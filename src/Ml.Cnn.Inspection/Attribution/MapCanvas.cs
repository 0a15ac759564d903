using System.Drawing;
using Ml.Cnn.Inspection.Input;

namespace Ml.Cnn.Inspection.Attribution;

/// <summary>The maps of an image's views, laid over the image where the views lie, and averaged.</summary>
/// <remarks>The canvas has the resolution of the first view: where all views are of one size, their pixels fall on its pixels.</remarks>
/// <param name="first">The first view's place.</param>
internal sealed class MapCanvas(ViewPlace first)
{
    private readonly int _width = first.ResizedWidth;
    private readonly int _height = first.ResizedHeight;
    private readonly double[] _sums = new double[first.ResizedWidth * first.ResizedHeight];
    private readonly int[] _counts = new int[first.ResizedWidth * first.ResizedHeight];

    /// <summary>Adds the map of a view.</summary>
    /// <param name="place">Where the view lies.</param>
    /// <param name="map">A number for each pixel of the view, row by row.</param>
    public void Add(ViewPlace place, ReadOnlySpan<float> map)
    {
        for (var y = 0; y < _height; y++)
        {
            var row = place.Row((y + 0.5) / _height);
            if (row < 0 || row >= place.Height)
                continue;
            for (var x = 0; x < _width; x++)
            {
                var column = place.Column((x + 0.5) / _width);
                if (column < 0 || column >= place.Width)
                    continue;
                _sums[y * _width + x] += Between(map, place, row - 0.5, column - 0.5);
                _counts[y * _width + x]++;
            }
        }
    }

    /// <summary>The mean of all maps over the part of the image that any view shows.</summary>
    /// <returns>
    /// Row by row; NaN where no view looks. The part is a rectangle of the canvas, in shares of the image's width and height.
    /// </returns>
    public (float[,] Mean, RectangleF Part) Mean()
    {
        var seen = Enumerable.Range(0, _counts.Length).Where(i => _counts[i] > 0).ToArray();
        var (top, bottom) = (seen[0] / _width, seen[^1] / _width + 1);
        var (left, right) = (seen.Min(i => i % _width), seen.Max(i => i % _width) + 1);
        var mean = new float[bottom - top, right - left];
        for (var y = top; y < bottom; y++)
        {
            for (var x = left; x < right; x++)
            {
                var i = y * _width + x;
                mean[y - top, x - left] = _counts[i] == 0 ? float.NaN : (float)(_sums[i] / _counts[i]);
            }
        }
        return (mean, RectangleF.FromLTRB((float)left / _width, (float)top / _height, (float)right / _width, (float)bottom / _height));
    }

    // Bilinear; at the edge, the outermost pixel.
    private static double Between(ReadOnlySpan<float> map, ViewPlace place, double row, double column)
    {
        var (y, x) = (Math.Clamp(row, 0, place.Height - 1), Math.Clamp(column, 0, place.Width - 1));
        var (top, left) = ((int)y, (int)x);
        var (bottom, right) = (Math.Min(top + 1, place.Height - 1), Math.Min(left + 1, place.Width - 1));
        var (down, across) = (y - top, x - left);
        var above = map[top * place.Width + left] * (1 - across) + map[top * place.Width + right] * across;
        var below = map[bottom * place.Width + left] * (1 - across) + map[bottom * place.Width + right] * across;
        return above * (1 - down) + below * down;
    }
}
