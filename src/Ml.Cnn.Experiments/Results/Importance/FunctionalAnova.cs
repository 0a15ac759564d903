namespace Ml.Cnn.Experiments.Results.Importance;

/// <summary>
/// How much of the variance of the score over the whole space comes from each setting by itself: functional ANOVA on a random forest (Hutter, Hoos and
/// Leyton-Brown 2014, "An Efficient Approach for Assessing Hyperparameter Importance", algorithm 2). A tree is constant on boxes, so that its mean over all
/// other settings, and the variance of that mean, are sums over its leaves. What is left to 1 are interactions of settings.
/// </summary>
/// <remarks>
/// A forest finds structure in noise, and more of it in settings with many values. Each importance is therefore compared with what the same forest says of a
/// setting whose values are shuffled among the trials while all else stays (Altmann et al. 2010, "Permutation importance: a corrected feature importance
/// measure").
/// </remarks>
internal static class FunctionalAnova
{
    private const int Seed = 20_140_621;
    private const int Trees = 32;
    private const int TreesOfShuffled = 16;
    private const double AxisShare = 5.0 / 6; // as SMAC's forests (Hutter, Hoos and Leyton-Brown 2011, section 4.1)
    private const int Shuffles = 19;          // above all of them: by chance once in twenty

    /// <summary>The share of each axis, and whether it is more than that of shuffled values.</summary>
    /// <param name="space">The points.</param>
    /// <param name="scores">One for each point, finite.</param>
    public static (double Share, bool IsMoreThanChance)[] Shares(ConfigurationSpace space, double[] scores)
    {
        var shares = Shares(space, scores, Trees, Seed);
        var shuffled = new double[shares.Length, Shuffles];
        Parallel.For(0, shares.Length * Shuffles, i =>
        {
            var (axis, shuffle) = (i / Shuffles, i % Shuffles);
            shuffled[axis, shuffle] = Shares(Shuffled(space, axis, Seed + 1 + shuffle), scores, TreesOfShuffled, Seed)[axis];
        });
        return [.. shares.Select((share, axis) => (share, Enumerable.Range(0, Shuffles).All(shuffle => share > shuffled[axis, shuffle])))];
    }

    /// <summary>The share of each axis in the variance of one tree.</summary>
    /// <returns>Null where the tree is constant.</returns>
    public static double[]? Shares(IReadOnlyList<ConfigurationAxis> axes, IReadOnlyList<(LeafRegion Region, double Value)> leaves)
    {
        var volumes = leaves.Select(leaf => Enumerable.Range(0, axes.Count).Aggregate(1.0, (volume, axis) => volume * leaf.Region.Share(axis))).ToArray();
        var mean = leaves.Zip(volumes, (leaf, volume) => leaf.Value * volume).Sum();
        var variance = leaves.Zip(volumes, (leaf, volume) => (leaf.Value - mean) * (leaf.Value - mean) * volume).Sum();
        return variance <= 0 ? null : [.. axes.Select((axis, i) => (axis.IsCategory
            ? VarianceOfCategory(axis, i, leaves, volumes, mean)
            : VarianceOfNumber(i, leaves, volumes, mean)) / variance)];
    }

    private static ConfigurationSpace Shuffled(ConfigurationSpace space, int axis, int seed)
    {
        double[] values = [.. space.Points.Select(point => point[axis])];
        new Random(seed).Shuffle(values);
        return space with { Points = [.. space.Points.Select((point, i) => point.Select((value, j) => j == axis ? values[i] : value).ToArray())] };
    }

    private static double[] Shares(ConfigurationSpace space, double[] scores, int count, int seed)
    {
        var random = new Random(seed);
        var (sums, trees) = (new double[space.Axes.Count], 0);
        for (var tree = 0; tree < count; tree++)
        {
            int[] sample = [.. Enumerable.Range(0, scores.Length).Select(_ => random.Next(scores.Length))];
            if (Shares(space.Axes, RegressionTree.Leaves(space, scores, sample, random, AxisShare)) is not { } shares)
                continue;
            trees++;
            for (var axis = 0; axis < sums.Length; axis++)
                sums[axis] += shares[axis];
        }
        return [.. sums.Select(sum => sum / Math.Max(trees, 1))];
    }

    // Of the mean over all other axes, as a function of this one: constant between the places where a leaf begins or ends.
    private static double VarianceOfNumber(int axis, IReadOnlyList<(LeafRegion Region, double Value)> leaves, double[] volumes, double mean)
    {
        double[] places = [.. leaves.SelectMany(leaf => (double[])[leaf.Region.Interval(axis).Lower, leaf.Region.Interval(axis).Upper]).Distinct().Order()];
        var numbers = places.Index().ToDictionary(place => place.Item, place => place.Index);
        var steps = new double[places.Length]; // what the function rises by at each place
        foreach (var ((region, value), volume) in leaves.Zip(volumes))
        {
            var (lower, upper) = region.Interval(axis);
            if (upper <= lower)
                continue;
            var density = value * volume / (upper - lower);
            steps[numbers[lower]] += density;
            steps[numbers[upper]] -= density;
        }
        var (variance, level) = (0.0, 0.0);
        for (var i = 0; i + 1 < places.Length; i++)
        {
            level += steps[i];
            variance += (level - mean) * (level - mean) * (places[i + 1] - places[i]);
        }
        return variance;
    }

    private static double VarianceOfCategory(ConfigurationAxis axis, int number, IReadOnlyList<(LeafRegion Region, double Value)> leaves, double[] volumes,
        double mean)
    {
        var levels = new double[axis.Categories];
        foreach (var ((region, value), volume) in leaves.Zip(volumes))
        {
            var set = region.Set(number);
            var share = region.Share(number);
            for (var i = 0; i < set.Length; i++)
                if (set[i])
                    levels[i] += value * volume / share;
        }
        return levels.Average(level => (level - mean) * (level - mean));
    }
}
