namespace Ml.Cnn.DataQuality.Images;

/// <summary>The middle of a set of numbers and how far they usually are from it on either side, none of which a few extreme ones move.</summary>
/// <remarks>
/// Iglewicz, Hoaglin: How to Detect and Handle Outliers (1993): the median, and the median of the distances from it (MAD) over 0.6745, which is the standard
/// deviation for normally distributed numbers; what is more than 3.5 of them from the median stands out. Measures are rarely distributed evenly on both sides,
/// so that each has a deviation of its own.
/// </remarks>
/// <param name="Median">The median.</param>
/// <param name="Below">The scaled median distance of the numbers below it, at least the least one that was given.</param>
/// <param name="Above">The same of the numbers above it.</param>
internal readonly record struct RobustScale(double Median, double Below, double Above)
{
    private const double NormalQuartile = 0.6745;

    /// <param name="values">At least one.</param>
    /// <param name="least">The least deviation, above 0: where most numbers are equal, one that differs a little is no outlier.</param>
    public static RobustScale Of(IEnumerable<double> values, double least)
    {
        double[] sorted = [.. values.Order()];
        var median = MedianOf(sorted);
        return new(median, Deviation(sorted.Where(value => value <= median)), Deviation(sorted.Where(value => value >= median)));

        double Deviation(IEnumerable<double> side) => Math.Max(least, MedianOf([.. side.Select(value => Math.Abs(value - median)).Order()]) / NormalQuartile);
    }

    /// <summary>How many deviations a number lies above the median; negative below.</summary>
    public double Score(double value) => (value - Median) / (value > Median ? Above : Below);

    private static double MedianOf(double[] sorted) => (sorted[(sorted.Length - 1) / 2] + sorted[sorted.Length / 2]) / 2;
}
