using Ml.Cnn.DataQuality.Images;
using Ml.Cnn.Trainers.Features;

namespace Ml.Cnn.DataQuality.Neighbors;

/// <summary>An image whose features are far from others'.</summary>
/// <param name="Row">Its row in the table of features.</param>
/// <param name="Score">Deviations from the median of the logarithm of the distance.</param>
/// <param name="Distance">To its k-th neighbor.</param>
/// <param name="Usual">The median distance.</param>
/// <param name="OfClass">Whether the neighbors are those of its own class alone.</param>
/// <param name="NearestClass">The class that most of its neighbors over all classes have.</param>
internal readonly record struct Outlier(int Row, double Score, double Distance, double Usual, bool OfClass, int NearestClass);

/// <summary>Images whose k-th nearest neighbor is far away.</summary>
/// <remarks>
/// Ramaswamy, Rastogi, Shim: Efficient Algorithms for Mining Outliers from Large Data Sets (2000), section 2: the distance to the k-th neighbor ranks outliers.
/// Sun, Ming, Zhu, Li: Out-of-Distribution Detection with Deep Nearest Neighbors (2022), section 3: with features of length 1. Where the distance begins to be
/// unusual is told by the median and the median deviation of its logarithm: over all images, and in each class among its own.
/// </remarks>
internal static class Outliers
{
    private const double LeastDistance = 1e-4;

    /// <summary>Distances differ by a factor of 1.05 at least, even where those of most images are equal.</summary>
    private const double LeastDeviation = 0.05;

    /// <summary>A class with fewer images tells nothing of what is usual in it.</summary>
    private const int LeastImages = 20;

    /// <param name="table">The features, of length 1.</param>
    /// <param name="all">The neighbors over all classes.</param>
    /// <param name="labels">The class of each row.</param>
    /// <param name="rank">The k-th neighbor counts.</param>
    /// <param name="deviations">From how many deviations on an image is an outlier.</param>
    /// <param name="cancellation">Ends it.</param>
    /// <returns>Each row at most once, the farthest first.</returns>
    public static IReadOnlyList<Outlier> Find(FeatureTable table, NearestNeighbors all, IReadOnlyList<int> labels, int rank, double deviations,
        CancellationToken cancellation)
    {
        var everywhere = Far([.. Enumerable.Range(0, table.Count)], all, rank, deviations);
        List<Outlier> found = [.. everywhere.Select(far => new Outlier(far.Row, far.Score, far.Distance, far.Usual, OfClass: false, NearestClass(far.Row)))];
        var known = found.Select(outlier => outlier.Row).ToHashSet();
        foreach (var group in Enumerable.Range(0, table.Count).GroupBy(row => labels[row]).OrderBy(group => group.Key))
        {
            int[] rows = [.. group];
            if (rows.Length < LeastImages)
                continue;
            found.AddRange(Far(rows, NearestNeighbors.Of(table.Take(rows), rank, cancellation), rank, deviations).Where(far => known.Add(far.Row))
                .Select(far => new Outlier(far.Row, far.Score, far.Distance, far.Usual, OfClass: true, NearestClass(far.Row))));
        }
        return [.. found.OrderByDescending(outlier => outlier.Score).ThenBy(outlier => outlier.Row)];

        int NearestClass(int row) => all.Rows[row].Take(rank).GroupBy(neighbor => labels[neighbor]).OrderByDescending(group => group.Count())
            .ThenBy(group => group.Key).First().Key;
    }

    private static IEnumerable<(int Row, double Score, double Distance, double Usual)> Far(int[] rows, NearestNeighbors neighbors, int rank, double deviations)
    {
        if (rows.Length < LeastImages)
            return [];
        double[] distances = [.. neighbors.Distances.Select(distances => (double)distances[Math.Min(rank, distances.Length) - 1])];
        var scale = RobustScale.Of(distances.Select(Log), LeastDeviation);
        return rows.Zip(distances).Select(pair => (Row: pair.First, Score: scale.Score(Log(pair.Second)), Distance: pair.Second, Usual: Math.Exp(scale.Median)))
            .Where(far => far.Score >= deviations);
    }

    private static double Log(double distance) => Math.Log(Math.Max(distance, LeastDistance));
}
