using Ml.Cnn.DataQuality.Images;

namespace Ml.Cnn.DataQuality.Neighbors;

/// <summary>Which pictures a network sees as nearly the same: crops and mirrored ones too, whose hashes differ in many bits.</summary>
internal static class FeatureCandidates
{
    /// <summary>So many neighbors of a picture are looked at.</summary>
    public const int Neighbors = 3;

    /// <summary>So many deviations below the median of the logarithm of the nearest neighbors' distances.</summary>
    private const double Nearer = 1;

    private const double LeastDistance = 1e-4;
    private const double LeastDeviation = 0.1;

    /// <summary>The nearest pairs, at most so many for each picture of the pool on average: each takes milliseconds to compare.</summary>
    private const double PairsPerPicture = 0.5;

    /// <param name="neighbors">Of every picture of the pool.</param>
    /// <returns>Pairs, the lower place first, with their distance.</returns>
    public static Dictionary<(int First, int Second), double> Of(NearestNeighbors neighbors)
    {
        double[] nearest = [.. neighbors.Distances.Where(distances => distances.Length > 0).Select(distances => Log(distances[0]))];
        if (nearest.Length == 0)
            return [];
        var scale = RobustScale.Of(nearest, LeastDeviation);
        return neighbors.Rows.SelectMany((rows, row) => rows.Take(Neighbors).Select((other, i) =>
                (Pair: (First: Math.Min(row, other), Second: Math.Max(row, other)), Distance: (double)neighbors.Distances[row][i])))
            .Where(near => scale.Score(Log(near.Distance)) <= -Nearer).DistinctBy(near => near.Pair)
            .OrderBy(near => near.Distance).ThenBy(near => near.Pair).Take((int)Math.Ceiling(neighbors.Rows.Length * PairsPerPicture))
            .ToDictionary(near => near.Pair, near => near.Distance);
    }

    private static double Log(double distance) => Math.Log(Math.Max(distance, LeastDistance));
}
