namespace Ml.Cnn.Inspection.Attribution;

/// <summary>Soft blobs at random places: what a method's maps have to be better than.</summary>
internal static class RandomMap
{
    private const int Blobs = 7; // in a row, as many as most networks' last layer has places

    /// <summary>Numbers from 0 to 1, drawn for a coarse grid and interpolated between.</summary>
    /// <param name="height">Rows.</param>
    /// <param name="width">Columns.</param>
    /// <param name="seed">Which.</param>
    public static float[,] Draw(int height, int width, int seed)
    {
        var random = new Random(seed);
        var grid = new float[Blobs, Blobs];
        for (var i = 0; i < Blobs * Blobs; i++)
            grid[i / Blobs, i % Blobs] = random.NextSingle();
        var map = new float[height, width];
        for (var y = 0; y < height; y++)
        {
            for (var x = 0; x < width; x++)
                map[y, x] = MapInterpolation.At(grid, (x + 0.5f) / width, (y + 0.5f) / height);
        }
        return map;
    }
}
