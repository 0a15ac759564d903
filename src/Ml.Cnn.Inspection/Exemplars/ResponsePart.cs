using System.Drawing;
using Ml.Cnn.Inspection.Input;
using Ml.Cnn.Inspection.Network;

namespace Ml.Cnn.Inspection.Exemplars;

/// <summary>The part of an image that a channel responds to.</summary>
internal static class ResponsePart
{
    /// <summary>
    /// The box around the places that are at least half the largest response and joined to it by side, in shares of the image's width and height.
    /// </summary>
    /// <param name="map">The channel's responses, row by row.</param>
    /// <param name="width">Columns of the map.</param>
    /// <param name="centers">Where in the view the map's places look.</param>
    /// <param name="view">Where the view that the layer saw lies in the image.</param>
    public static RectangleF Of(ReadOnlySpan<float> map, int width, PlaceCenters centers, ViewPlace view)
    {
        var height = map.Length / width;
        var peak = System.Numerics.Tensors.TensorPrimitives.IndexOfMax(map);
        var least = map[peak] - Math.Abs(map[peak]) / 2;
        var (left, top, right, bottom) = (width, height, 0, 0);
        var (seen, open) = (new HashSet<int> { peak }, new Stack<int>([peak]));
        while (open.TryPop(out var place))
        {
            var (y, x) = Math.DivRem(place, width);
            (left, top, right, bottom) = (Math.Min(left, x), Math.Min(top, y), Math.Max(right, x + 1), Math.Max(bottom, y + 1));
            foreach (var (nextX, nextY) in ((int, int)[])[(x - 1, y), (x + 1, y), (x, y - 1), (x, y + 1)])
            {
                var next = nextY * width + nextX;
                if (nextX >= 0 && nextX < width && nextY >= 0 && nextY < height && map[next] >= least && seen.Add(next))
                    open.Push(next);
            }
        }
        return RectangleF.FromLTRB(
            Share(view.Across(Column(left))), Share(view.Down(Row(top))), Share(view.Across(Column(right))), Share(view.Down(Row(bottom))));

        double Column(int edge) => centers.Left + (edge - 0.5) * centers.Across; // half way between two places

        double Row(int edge) => centers.Top + (edge - 0.5) * centers.Down;
    }

    // A view may be larger than the image.
    private static float Share(double place) => (float)Math.Clamp(place, 0, 1);
}
