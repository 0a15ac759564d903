namespace Ml.Cnn.Evaluation.Statistics;

/// <summary>The tails of the normal distribution, exact also far out, where corrections for many comparisons look.</summary>
internal static class NormalDistribution
{
    private const double SeriesEnd = 2; // below it the series converges fast, above it the continued fraction
    private const int Terms = 200;

    /// <summary>The probability of lying at least so many deviations from the mean, on either side.</summary>
    public static double TwoSidedP(double deviations)
    {
        var x = Math.Abs(deviations) / Math.Sqrt(2);
        return double.IsNaN(x) ? double.NaN : x < SeriesEnd ? 1 - Erf(x) : Erfc(x);
    }

    // Abramowitz and Stegun 1964, 7.1.6.
    private static double Erf(double x)
    {
        var (term, sum) = (x, x);
        for (var n = 1; n < Terms && term > sum * 1e-17; n++)
        {
            term *= 2 * x * x / (2 * n + 1);
            sum += term;
        }
        return 2 / Math.Sqrt(Math.PI) * Math.Exp(-x * x) * sum;
    }

    // Abramowitz and Stegun 1964, 7.1.14, from its end.
    private static double Erfc(double x)
    {
        var fraction = x;
        for (var n = Terms; n >= 1; n--)
            fraction = x + n / 2.0 / fraction;
        return Math.Exp(-x * x) / Math.Sqrt(Math.PI) / fraction;
    }
}
