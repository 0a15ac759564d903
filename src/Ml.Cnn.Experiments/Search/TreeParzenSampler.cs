using Ml.Cnn.Transforms.Augmentation;

namespace Ml.Cnn.Experiments.Search;

/// <summary>
/// Proposes points by a tree-structured Parzen estimator (Bergstra et al. 2011, section 4): one density is estimated from the good points, another from the
/// bad ones; of points drawn from the good density the one is tried where it exceeds the bad density most, which is where improvement is expected most.
/// </summary>
internal static class TreeParzenSampler
{
    /// <summary>Points that are drawn for each proposal: few enough that not every proposal is the same.</summary>
    private const int Candidates = 24;

    /// <param name="space">What is searched.</param>
    /// <param name="good">The good points.</param>
    /// <param name="bad">All others, those that failed or are under way among them: the latter spread out what is tried at the same time.</param>
    /// <param name="random">What is drawn.</param>
    /// <param name="isTaken">Which points need not be proposed again.</param>
    /// <returns>The proposal; null where all that was drawn is taken.</returns>
    public static double[]? Propose(SearchSpace space, IReadOnlyList<double[]> good, IReadOnlyList<double[]> bad, ref AugmentationRandom random,
        Func<double[], bool> isTaken)
    {
        var (goodDensity, badDensity) = (new ParzenEstimator(space, good), new ParzenEstimator(space, bad));
        double[]? best = null;
        var bestRatio = double.NegativeInfinity;
        for (var i = 0; i < Candidates; i++)
        {
            var point = goodDensity.Draw(ref random);
            if (isTaken(point))
                continue;
            var ratio = goodDensity.LogDensity(point) - badDensity.LogDensity(point);
            if (ratio > bestRatio)
                (best, bestRatio) = (point, ratio);
        }
        return best;
    }
}
