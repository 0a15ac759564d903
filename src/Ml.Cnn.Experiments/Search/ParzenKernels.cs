namespace Ml.Cnn.Experiments.Search;

/// <summary>The kernels of a <see cref="ParzenEstimator"/>: how likely a coordinate is near an observed one, relative to all being alike.</summary>
internal static class ParzenKernels
{
    private const double SqrtTwoPi = 2.5066282746310002;

    /// <summary>The density at a coordinate of a normal distribution around a center, cut off outside 0 to 1.</summary>
    public static double Scale(double coordinate, double center, double bandwidth)
    {
        var z = (coordinate - center) / bandwidth;
        return Math.Exp(-z * z / 2) / (SqrtTwoPi * bandwidth * NormalMass(0, 1, center, bandwidth));
    }

    /// <summary>The same distribution's mass on a choice's interval, as a mean density over it.</summary>
    public static double Ordered(int choice, int choices, double center, double bandwidth) =>
        NormalMass((double)choice / choices, (choice + 1.0) / choices, center, bandwidth) * choices / NormalMass(0, 1, center, bandwidth);

    /// <summary>Of choices that are not alike: the observed one, or any other (Aitchison and Aitken 1976).</summary>
    /// <param name="isSame">Whether it is the observed one.</param>
    /// <param name="choices">How many there are.</param>
    /// <param name="others">The probability of all other choices together, below 1.</param>
    public static double Category(bool isSame, int choices, double others) => choices * (isSame ? 1 - others : others / (choices - 1));

    private static double NormalMass(double from, double to, double center, double bandwidth) =>
        Math.Max(0, Cumulative((to - center) / bandwidth) - Cumulative((from - center) / bandwidth));

    // Zelen and Severo 1964 (Abramowitz and Stegun, 26.2.17), right to 7.5e-8.
    private static double Cumulative(double z)
    {
        var t = 1 / (1 + 0.2316419 * Math.Abs(z));
        var tail = Math.Exp(-z * z / 2) / SqrtTwoPi
            * t * (0.319381530 + t * (-0.356563782 + t * (1.781477937 + t * (-1.821255978 + t * 1.330274429))));
        return z >= 0 ? 1 - tail : tail;
    }
}
