using Ml.Cnn.Transforms.Augmentation;

namespace Ml.Cnn.Experiments.Search;

/// <summary>
/// A density over a space, estimated from points: the mean of a product of kernels around each of them, and of an even density as if one more point had been
/// seen everywhere. Products keep what belongs together together, such as a network and its learning rate: Falkner et al. 2018, section 3.2; the even part, and
/// what it does where points are few, in Watanabe 2023, "Tree-Structured Parzen Estimator: Understanding Its Algorithm Components and Their Roles".
/// </summary>
internal sealed class ParzenEstimator
{
    private readonly SearchSpace _space;
    private readonly IReadOnlyList<double[]> _points;
    private readonly double _bandwidth;
    private readonly double[] _others; // for each category, the probability of a choice that is not the kernel's

    public ParzenEstimator(SearchSpace space, IReadOnlyList<double[]> points)
    {
        (_space, _points) = (space, points);
        // Scott's rule for a deviation of 0.2: of so few points a deviation of their own says little, and 0 of points that agree would be believed.
        _bandwidth = 0.2 * Math.Pow(Math.Max(1, points.Count), -1.0 / (space.Count + 4));
        // Each kernel has seen its choice once, and every choice as often as an even density has it: 1/(n + 1) of a time.
        _others = [.. space.Dimensions.Select(d => d.Choices < 2 ? 0 : (d.Choices - 1.0) / (points.Count + 1 + d.Choices))];
    }

    /// <summary>The density's logarithm; an even density is 0 everywhere.</summary>
    public double LogDensity(double[] point)
    {
        var sum = 1.0;
        foreach (var center in _points)
            sum += Kernel(point, center);
        return Math.Log(sum / (_points.Count + 1));
    }

    /// <summary>A point with this density.</summary>
    public double[] Draw(ref AugmentationRandom random)
    {
        var kernel = random.NextInteger(_points.Count + 1);
        if (kernel == _points.Count)
            return _space.Draw(ref random);
        var point = new double[_space.Count];
        for (var i = 0; i < point.Length; i++)
            point[i] = DrawNear(_points[kernel][i], i, ref random);
        return _space.Snap(point);
    }

    private double Kernel(double[] point, double[] center)
    {
        var product = 1.0;
        for (var i = 0; i < point.Length; i++)
        {
            product *= _space.Dimensions[i] switch
            {
                { Choices: 1 } => 1,
                { Choices: 0 } => ParzenKernels.Scale(point[i], center[i], _bandwidth),
                { IsOrdered: true } d => ParzenKernels.Ordered(d.Choice(point[i]), d.Choices, center[i], _bandwidth),
                var d => ParzenKernels.Category(d.Choice(point[i]) == d.Choice(center[i]), d.Choices, _others[i]),
            };
        }
        return product;
    }

    private double DrawNear(double center, int dimension, ref AugmentationRandom random)
    {
        var d = _space.Dimensions[dimension];
        if (!d.IsOrdered)
        {
            if (!random.NextBoolean(_others[dimension]))
                return center;
            var other = random.NextInteger(d.Choices - 1);
            return d.Coordinate(other < d.Choice(center) ? other : other + 1);
        }
        while (true)
        {
            // At least about half of the draws around a center from 0 to 1 lie within.
            var coordinate = center + _bandwidth * random.NextGaussian();
            if (coordinate is >= 0 and < 1)
                return coordinate;
        }
    }
}
