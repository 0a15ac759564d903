namespace Ml.Cnn.Evaluation.Statistics;

/// <summary>The difference of two shares of the same images.</summary>
internal static class PairedAccuracy
{
    private const double Z = 1.959963984540054; // of 95 %
    private const double Added = 0.5; // to each of the four counts

    /// <summary>The difference, with the interval of Agresti and Min 2005, section 4.</summary>
    public static CnnEstimate Difference(int onlyOne, int onlyOther, int images)
    {
        var (one, other, all) = (onlyOne + Added, onlyOther + Added, images + 4 * Added);
        var middle = (one - other) / all;
        var half = Z * Math.Sqrt(one + other - (one - other) * (one - other) / all) / all;
        return new((double)(onlyOne - onlyOther) / images, new(Math.Max(-1, middle - half), Math.Min(1, middle + half)));
    }
}
