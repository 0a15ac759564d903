namespace Ml.Cnn.Inspection.Attribution;

/// <summary>A map's value between its pixels.</summary>
internal static class MapInterpolation
{
    /// <summary>Bilinear; at the edge, the outermost pixel.</summary>
    /// <param name="map">Rows × columns.</param>
    /// <param name="across">From the map's left edge, 0, to the right one, 1.</param>
    /// <param name="down">From the map's upper edge, 0, to the lower one, 1.</param>
    public static float At(float[,] map, float across, float down)
    {
        var (height, width) = (map.GetLength(0), map.GetLength(1));
        var (x, y) = (Math.Clamp(across * width - 0.5f, 0, width - 1), Math.Clamp(down * height - 0.5f, 0, height - 1));
        var (left, top) = ((int)x, (int)y);
        var (right, bottom) = (Math.Min(left + 1, width - 1), Math.Min(top + 1, height - 1));
        var above = map[top, left] + (map[top, right] - map[top, left]) * (x - left);
        var below = map[bottom, left] + (map[bottom, right] - map[bottom, left]) * (x - left);
        return above + (below - above) * (y - top);
    }
}
