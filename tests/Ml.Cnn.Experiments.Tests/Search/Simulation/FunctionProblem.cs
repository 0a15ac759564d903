using Ml.Cnn.Experiments.Search;
using Ml.Cnn.Transforms.Augmentation;

namespace Ml.Cnn.Experiments.Tests.Search.Simulation;

/// <summary>
/// A known function, as if it were learned: behind a rung a score is short of the function's value by what depends on the point and shrinks with the epochs'
/// root, and it is seen with noise that shrinks as much.
/// </summary>
/// <param name="name">The function's name.</param>
/// <param name="space">What it takes.</param>
/// <param name="value">The function; higher is better.</param>
/// <param name="noise">Of the first rung's scores, in deviations of the function over its space.</param>
internal sealed class FunctionProblem(string name, SearchSpace space, Func<double[], double> value, double noise = 0.25) : SearchProblem
{
    private readonly double _deviation = DeviationOf(space, value);

    private static readonly SearchSpace s_mixed = new([SearchDimension.Category("network", 4), SearchDimension.Scale("rate"),
        SearchDimension.Ordered("batch", 5), SearchDimension.Category("optimizer", 2), SearchDimension.Scale("decay")]);

    public static IReadOnlyList<FunctionProblem> All { get; } =
    [
        new("Branin", new([SearchDimension.Scale("x1"), SearchDimension.Scale("x2")]), Branin),
        new("Hartmann-6", new([.. Enumerable.Range(1, 6).Select(i => SearchDimension.Scale($"x{i}"))]), Hartmann),
        new("mixed", s_mixed, Mixed),
    ];

    /// <summary>One whose first rung says little: its noise is as large as all that points differ by.</summary>
    public static FunctionProblem Noisy { get; } = new("noisy", s_mixed, Mixed, noise: 1);

    public override string Name => name;

    public override SearchSpace Space => space;

    public override RungPlan Rungs { get; } = new(firstEpochs: 1, factor: 3, maximumEpochs: 40);

    public override IReadOnlyList<double[]> FirstPoints => space.Dimensions[0] is { IsOrdered: false, Choices: var count } network
        ? [.. Enumerable.Range(0, count).Select(i => space.Snap([network.Coordinate(i), .. Enumerable.Repeat(0.5, space.Count - 1)]))]
        : [];

    public override double Value(double[] point, int rung, int seed) => value(point);

    public override double? Score(double[] point, int rung, int seed)
    {
        var random = new AugmentationRandom(seed, rung, row: Bits(point));
        var shape = new AugmentationRandom(seed, epoch: 0, row: 0, stream: 3);
        var phase = 2 * Math.PI * shape.NextDouble();
        foreach (var coordinate in point)
            phase += 4 * (shape.NextDouble() - 0.5) * Math.PI * coordinate;
        var root = Math.Sqrt(Rungs.Ends[rung]);
        return value(point) - _deviation * (0.8 + 0.5 * Math.Cos(phase)) / root + noise * _deviation * random.NextGaussian() / root;
    }

    // x1 from -5 to 10, x2 from 0 to 15; the logarithm, since the function itself is steep where it is bad. The three best points have 0.9216.
    private static double Branin(double[] point)
    {
        var (x, y) = (15 * point[0] - 5, 15 * point[1]);
        var root = y - 5.1 / (4 * Math.PI * Math.PI) * x * x + 5 / Math.PI * x - 6;
        return -Math.Log(root * root + 10 * (1 - 1 / (8 * Math.PI)) * Math.Cos(x) + 10);
    }

    // The best is 3.3224.
    private static double Hartmann(double[] point)
    {
        double[] alpha = [1, 1.2, 3, 3.2];
        double[][] a = [[10, 3, 17, 3.5, 1.7, 8], [0.05, 10, 17, 0.1, 8, 14], [3, 3.5, 1.7, 10, 17, 8], [17, 8, 0.05, 10, 0.1, 14]];
        double[][] p =
        [
            [0.1312, 0.1696, 0.5569, 0.0124, 0.8283, 0.5886], [0.2329, 0.4135, 0.8307, 0.3736, 0.1004, 0.9991],
            [0.2348, 0.1451, 0.3522, 0.2883, 0.3047, 0.6650], [0.4047, 0.8828, 0.8732, 0.5743, 0.1091, 0.0381],
        ];
        return Enumerable.Range(0, 4).Sum(i => alpha[i] * Math.Exp(-Enumerable.Range(0, 6).Sum(j => a[i][j] * Math.Pow(point[j] - p[i][j], 2))));
    }

    // A network each with its own best rate, which a larger batch and the other optimizer move: 1 at best, in one network alone.
    private static double Mixed(double[] point)
    {
        var (network, batch, optimizer) = ((int)(point[0] * 4), point[2], (int)(point[3] * 2));
        double[] ceilings = [0.8, 0.9, 1, 0.85];
        double[] rates = [0.7, 0.5, 0.35, 0.6];
        var rate = point[1] - (rates[network] + 0.3 * (batch - 0.5) - 0.2 * optimizer);
        var decay = point[4] - 0.6;
        return ceilings[network] - 3 * rate * rate - 0.3 * decay * decay - 0.1 * Math.Abs(batch - 0.3) - 0.03 * optimizer;
    }

    private static double DeviationOf(SearchSpace space, Func<double[], double> value)
    {
        var sobol = new SobolSequence(space.Count, seed: null);
        double[] values = [.. Enumerable.Range(0, 1024).Select(i => value(space.Snap(sobol.Point(i))))];
        var mean = values.Average();
        return Math.Sqrt(values.Average(v => (v - mean) * (v - mean)));
    }

    private static ulong Bits(double[] point)
    {
        var bits = 0UL;
        foreach (var coordinate in point)
            bits = bits * 31 + BitConverter.DoubleToUInt64Bits(coordinate);
        return bits;
    }
}
