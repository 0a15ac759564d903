namespace Ml.Cnn.Experiments.Results.Importance;

/// <summary>
/// A regression tree (Breiman et al. 1984) over numbers and categories. Categories are split by the order of their means, among which the best split into two
/// sets is (their section 4.2.2). A number is split at a random place between two neighbors, so that a forest's answer between them is smooth.
/// </summary>
internal sealed class RegressionTree
{
    private const int SmallestSplit = 4; // points

    private readonly IReadOnlyList<ConfigurationAxis> _axes;
    private readonly double[][] _points;
    private readonly double[] _values;
    private readonly Random _random;
    private readonly double _axisShare;
    private readonly List<(LeafRegion Region, double Value)> _leaves = [];

    private RegressionTree(ConfigurationSpace space, double[] values, Random random, double axisShare) =>
        (_axes, _points, _values, _random, _axisShare) = (space.Axes, space.Points, values, random, axisShare);

    /// <param name="space">The points.</param>
    /// <param name="values">What is to be explained.</param>
    /// <param name="sample">The points that the tree is grown on; may name one several times.</param>
    /// <param name="random">Draws axes and places of splits.</param>
    /// <param name="axisShare">Of how many axes a split is looked for.</param>
    /// <returns>The leaves: their regions make up the space.</returns>
    public static IReadOnlyList<(LeafRegion Region, double Value)> Leaves(ConfigurationSpace space, double[] values, int[] sample, Random random,
        double axisShare)
    {
        var tree = new RegressionTree(space, values, random, axisShare);
        tree.Grow(sample, LeafRegion.Whole(space.Axes));
        return tree._leaves;
    }

    private void Grow(int[] points, LeafRegion region)
    {
        var best = points.Length < SmallestSplit ? null : DrawnAxes().Select(axis => BestSplit(points, axis)).OfType<Split>().MaxBy(split => split.Gain);
        if (best is null)
        {
            _leaves.Add((region, points.Average(point => _values[point])));
            return;
        }
        var (left, right) = best.Parts(region, _axes[best.Axis]);
        Grow([.. points.Where(point => best.IsLeft(_points[point]))], left);
        Grow([.. points.Where(point => !best.IsLeft(_points[point]))], right);
    }

    private int[] DrawnAxes()
    {
        int[] axes = [.. Enumerable.Range(0, _axes.Count)];
        _random.Shuffle(axes);
        return axes[..Math.Max(1, (int)Math.Round(axes.Length * _axisShare))];
    }

    private Split? BestSplit(int[] points, int axis) => _axes[axis].IsCategory ? BestOfSets(points, axis) : BestOfPlaces(points, axis);

    private Split? BestOfPlaces(int[] points, int axis)
    {
        var (keys, values) = (new double[points.Length], new double[points.Length]);
        for (var i = 0; i < points.Length; i++)
            (keys[i], values[i]) = (_points[points[i]][axis], _values[points[i]]);
        Array.Sort(keys, values);
        var (place, gain) = BestPlace(values, counts: null, keys);
        return place == 0 ? null : new(axis, gain, keys[place - 1] + (keys[place] - keys[place - 1]) * _random.NextDouble(), null);
    }

    private Split? BestOfSets(int[] points, int axis)
    {
        var (sums, counts) = (new double[_axes[axis].Categories], new int[_axes[axis].Categories]);
        foreach (var point in points)
        {
            sums[(int)_points[point][axis]] += _values[point];
            counts[(int)_points[point][axis]]++;
        }
        int[] present = [.. Enumerable.Range(0, counts.Length).Where(category => counts[category] > 0).OrderBy(category => sums[category] / counts[category])];
        var (place, gain) = BestPlace([.. present.Select(category => sums[category])], [.. present.Select(category => counts[category])], keys: null);
        if (place == 0)
            return null;
        // What is not among the points may go either way.
        bool[] isLeft = [.. counts.Select(_ => _random.Next(2) == 0)];
        foreach (var (i, category) in present.Index())
            isLeft[category] = i < place;
        return new(axis, gain, 0, isLeft);
    }

    // The place among sums in order where a split lessens the squared error most, but not between equal keys; 0 where there is none.
    private static (int Place, double Gain) BestPlace(double[] sums, int[]? counts, double[]? keys)
    {
        var (all, count) = (0.0, 0);
        for (var i = 0; i < sums.Length; i++)
        {
            all += sums[i];
            count += counts?[i] ?? 1;
        }
        var (place, gain, sum, passed) = (0, 1e-12 * Math.Max(1, all * all / count), 0.0, 0); // more than rounding
        for (var i = 1; i < sums.Length; i++)
        {
            sum += sums[i - 1];
            passed += counts?[i - 1] ?? 1;
            var gained = sum * sum / passed + (all - sum) * (all - sum) / (count - passed) - all * all / count;
            if (gained > gain && (keys is null || keys[i] > keys[i - 1]))
                (place, gain) = (i, gained);
        }
        return (place, gain);
    }

    private sealed record Split(int Axis, double Gain, double Place, bool[]? LeftSet)
    {
        public bool IsLeft(double[] point) => LeftSet is { } set ? set[(int)point[Axis]] : point[Axis] <= Place;

        public (LeafRegion Left, LeafRegion Right) Parts(LeafRegion region, ConfigurationAxis axis)
        {
            if (LeftSet is null)
            {
                var (lower, upper) = region.Interval(Axis);
                return (region.With(Axis, lower, Place), region.With(Axis, Place, upper));
            }
            var set = region.Set(Axis);
            var (left, right) = (new bool[axis.Categories], new bool[axis.Categories]);
            for (var i = 0; i < set.Length; i++)
                (left[i], right[i]) = (set[i] && LeftSet[i], set[i] && !LeftSet[i]);
            return (region.With(Axis, left), region.With(Axis, right));
        }
    }
}
