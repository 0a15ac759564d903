using System.Numerics;
using Ml.Cnn.Transforms.Inspection;

namespace Ml.Cnn.DataQuality.Neighbors;

/// <summary>Two pictures that are nearly the same.</summary>
/// <param name="First">The place of one in the pool.</param>
/// <param name="Second">The place of the other, behind it.</param>
/// <param name="Correlation">How much they are the same.</param>
/// <param name="FeatureDistance">How far apart their features are; null where the hashes found them.</param>
/// <param name="HashDistance">In how many bits their hashes differ.</param>
internal readonly record struct PictureMatchPair(int First, int Second, double Correlation, double? FeatureDistance, int HashDistance);

/// <summary>
/// Which pictures are nearly the same. Perceptual hashes that differ in few bits, and features that are unusually near, say which pairs to look at; whether the
/// pictures are the same decide their gray levels (<see cref="PictureMatch"/>).
/// </summary>
internal static class MatchSearch
{
    /// <summary>Of one picture, and of its mirror image, so many others are looked at, those whose hashes are nearest.</summary>
    private const int MostCandidates = 4;

    /// <param name="pool">The pictures.</param>
    /// <param name="features">Pairs of pictures whose features are near, with the distance.</param>
    /// <param name="hashDistance">Bits that hashes may differ by.</param>
    /// <param name="deviations">How far a correlation must stand out.</param>
    /// <param name="cancellation">Ends it.</param>
    public static IReadOnlyList<PictureMatchPair> Find(PicturePool pool, IReadOnlyDictionary<(int First, int Second), double> features, int hashDistance,
        double deviations, CancellationToken cancellation)
    {
        var threshold = UsualMatch.Threshold(pool.Pictures, deviations, cancellation);
        var candidates = ByHash(pool, hashDistance, cancellation).Select(pair => (pair, (double?)null))
            .Concat(features.OrderBy(pair => pair.Key).Select(pair => (pair.Key, (double?)pair.Value))).DistinctBy(candidate => candidate.Item1).ToArray();
        var matches = new PictureMatchPair?[candidates.Length];
        Parallel.For(0, candidates.Length, new ParallelOptions { CancellationToken = cancellation }, i =>
        {
            var ((first, second), distance) = candidates[i];
            var correlation = PictureMatch.Best(pool.Pictures[first], pool.Pictures[second], threshold);
            if (correlation >= threshold)
                matches[i] = new(first, second, correlation, distance, BitOperations.PopCount(pool.Hashes[first] ^ pool.Hashes[second]));
        });
        return [.. matches.OfType<PictureMatchPair>().OrderBy(match => match.First).ThenBy(match => match.Second)];
    }

    private static IEnumerable<(int First, int Second)> ByHash(PicturePool pool, int distance, CancellationToken cancellation)
    {
        var index = new HashIndex(pool.Hashes);
        for (var first = 0; first < pool.Hashes.Length; first++)
        {
            cancellation.ThrowIfCancellationRequested();
            foreach (var hash in (ulong[])[pool.Hashes[first], Mirrored(pool.Pictures[first])])
                foreach (var second in Nearest(pool, index, hash, first, distance))
                    yield return (first, second);
        }
    }

    /// <summary>The pictures behind one whose hashes are nearest to a hash.</summary>
    private static IEnumerable<int> Nearest(PicturePool pool, HashIndex index, ulong hash, int first, int distance)
    {
        List<int> found = [];
        index.Find(hash, distance, found);
        return found.Where(other => other > first).OrderBy(other => BitOperations.PopCount(hash ^ pool.Hashes[other])).ThenBy(other => other)
            .Take(MostCandidates);
    }

    private static ulong Mirrored(byte[] picture)
    {
        byte[] mirrored = [.. picture.Chunk(PerceptualHash.Side).SelectMany(row => row.Reverse())];
        return PerceptualHash.Of(mirrored);
    }
}
