namespace Ml.Cnn.Transforms.Augmentation;

/// <summary>
/// The draws of one image in one epoch. They depend on nothing but the numbers given here, so neither the order of
/// the rows nor the number of threads shows in the result. Pass it by reference: a copy repeats the draws.
/// </summary>
internal struct AugmentationRandom
{
    private readonly ulong _row; // seed, row and stream
    private ulong _counter;

    /// <param name="seed">The run's seed.</param>
    /// <param name="epoch">From 0.</param>
    /// <param name="row">The row's number in its source, or the number of a batch.</param>
    /// <param name="stream">Tells apart the draws of several augmentations of one row.</param>
    public AugmentationRandom(int seed, int epoch, ulong row, ulong stream = 0)
    {
        Epoch = epoch;
        _row = Start(seed, 0, row, stream);
        _counter = Start(seed, epoch, row, stream);
    }

    private AugmentationRandom(ulong row) => _counter = _row = row;

    /// <summary>The epoch that is drawn for; 0 in what <see cref="OfEveryEpoch"/> gives.</summary>
    public int Epoch { get; }

    /// <summary>Draws of the same image that are the same in every epoch, each time from the beginning.</summary>
    public AugmentationRandom OfEveryEpoch() => new(_row);

    public ulong NextBits() => SplitMix64.Next(ref _counter);

    /// <summary>Uniform in [0, 1).</summary>
    public double NextDouble() => (NextBits() >> 11) * (1.0 / (1L << 53));

    /// <summary>Uniform in an interval.</summary>
    public double Within(Interval interval) => interval.Minimum + (interval.Maximum - interval.Minimum) * NextDouble();

    /// <summary>Uniform in an interval's logarithm: as often below as above the geometric mean.</summary>
    public double WithinLogarithm(Interval interval) => Math.Exp(Within((Math.Log(interval.Minimum), Math.Log(interval.Maximum))));

    /// <summary>Uniform in 0 … count − 1.</summary>
    public int NextInteger(int count) => (int)(((NextBits() >> 32) * (ulong)count) >> 32);

    /// <summary>Uniform in minimum … maximum, both included.</summary>
    public int NextInteger(int minimum, int maximum) => minimum + NextInteger(maximum - minimum + 1);

    /// <summary>True with that probability.</summary>
    public bool NextBoolean(double probability) => NextDouble() < probability;

    /// <summary>Mean 0, deviation 1 (Box and Muller).</summary>
    public double NextGaussian()
    {
        var radius = Math.Sqrt(-2 * Math.Log(1 - NextDouble()));
        return radius * Math.Cos(2 * Math.PI * NextDouble());
    }

    /// <summary>The Beta distribution with both parameters above 0.</summary>
    public double NextBeta(double alpha, double beta)
    {
        var (a, b) = (NextGamma(alpha), NextGamma(beta));
        // Both underflow for parameters near 0, where the distribution is a coin.
        return a + b > 0 ? a / (a + b) : NextInteger(2);
    }

    /// <summary>A permutation of 0 … count − 1 (Fisher and Yates).</summary>
    public int[] NextPermutation(int count)
    {
        var order = new int[count];
        for (var i = 0; i < count; i++)
        {
            var j = NextInteger(i + 1);
            (order[i], order[j]) = (order[j], i);
        }
        return order;
    }

    private static ulong Start(int seed, int epoch, ulong row, ulong stream) =>
        SplitMix64.Mix(SplitMix64.Mix(SplitMix64.Mix(((ulong)(uint)seed << 32) | (uint)epoch) + row * SplitMix64.Step) ^ stream * SplitMix64.Step);

    // Marsaglia and Tsang: A Simple Method for Generating Gamma Variables, 2000; for shapes below 1 their note in section 6.
    private double NextGamma(double shape)
    {
        if (shape < 1)
            return NextGamma(shape + 1) * Math.Pow(1 - NextDouble(), 1 / shape);
        var d = shape - 1.0 / 3;
        var c = 1 / Math.Sqrt(9 * d);
        while (true)
        {
            var x = NextGaussian();
            var v = 1 + c * x;
            if (v <= 0)
                continue;
            v = v * v * v;
            if (Math.Log(1 - NextDouble()) < x * x / 2 + d - d * v + d * Math.Log(v))
                return d * v;
        }
    }
}
