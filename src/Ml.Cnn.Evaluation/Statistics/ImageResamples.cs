namespace Ml.Cnn.Evaluation.Statistics;

/// <summary>
/// How often each image comes in each of many draws with replacement (the bootstrap; Efron and Tibshirani 1993, chapter 6). All networks share
/// the draws, so that differences between networks can be looked at draw by draw. The seed is fixed: the same images give the same intervals.
/// </summary>
internal sealed class ImageResamples
{
    private const int Seed = 20_040_704;
    private const int MostDraws = 1000;
    private const int FewestDraws = 200;
    private const int MostCounts = 20_000_000; // a byte each

    private readonly byte[] _counts;
    private readonly int[] _actual;

    /// <param name="labels">The images' right classes.</param>
    /// <param name="classes">How many classes there are.</param>
    public ImageResamples(ReadOnlySpan<int> labels, int classes)
    {
        (Images, Classes) = (labels.Length, classes);
        Draws = Math.Clamp(MostCounts / Math.Max(Images, 1), FewestDraws, MostDraws);
        _counts = new byte[(long)Draws * Images];
        _actual = new int[Draws * classes];
        var random = new Random(Seed);
        for (var draw = 0; draw < Draws; draw++)
        {
            var counts = _counts.AsSpan(draw * Images, Images);
            var actual = _actual.AsSpan(draw * classes, classes);
            for (var i = 0; i < Images; i++)
            {
                var image = random.Next(Images);
                if (counts[image] == byte.MaxValue)
                    continue; // once in 10⁵⁰⁰ draws: an image comes once in the mean
                counts[image]++;
                actual[labels[image]]++;
            }
        }
    }

    public int Draws { get; }

    public int Images { get; }

    public int Classes { get; }

    /// <summary>How often each image comes in a draw.</summary>
    public ReadOnlySpan<byte> Counts(int draw) => _counts.AsSpan(draw * Images, Images);

    /// <summary>The mean of a value of the images in each draw.</summary>
    public double[] Means(ReadOnlySpan<float> values)
    {
        var means = new double[Draws];
        for (var draw = 0; draw < Draws; draw++)
        {
            var times = Counts(draw);
            var sum = 0.0;
            for (var image = 0; image < values.Length; image++)
                sum += (double)values[image] * times[image];
            means[draw] = sum / Images;
        }
        return means;
    }

    /// <summary>How many images of each class a draw has.</summary>
    public ReadOnlySpan<int> Actual(int draw) => _actual.AsSpan(draw * Classes, Classes);
}
