namespace Ml.Cnn.Evaluation.Statistics;

/// <summary>
/// The interval of a share (Wilson 1927; recommended by Brown, Cai and DasGupta 2001, "Interval Estimation for a Binomial Proportion", for its coverage, also
/// of shares near 0 and 1).
/// </summary>
internal static class WilsonInterval
{
    private const double Z = 1.959963984540054; // of 95 %

    /// <param name="share">From 0 to 1.</param>
    /// <param name="count">Of how many, at least 1.</param>
    public static CnnInterval Of(double share, long count)
    {
        var squared = Z * Z;
        var middle = (share + squared / (2 * count)) / (1 + squared / count);
        var half = Z / (1 + squared / count) * Math.Sqrt(share * (1 - share) / count + squared / (4.0 * count * count));
        return new(Math.Max(0, middle - half), Math.Min(1, middle + half));
    }
}
