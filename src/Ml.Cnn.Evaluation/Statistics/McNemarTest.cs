namespace Ml.Cnn.Evaluation.Statistics;

/// <summary>
/// Whether one of two networks is right more often than the other on the same images, by those that only one of them has right (McNemar 1947). The mid-p
/// form of the exact test keeps its level and wastes less of it than the exact one (Fagerland, Lydersen and Laake 2013, "The McNemar test for binary matched-
/// pairs data: mid-p and asymptotic are better than exact conditional").
/// </summary>
internal static class McNemarTest
{
    /// <summary>The two-sided mid-p value.</summary>
    /// <param name="onlyOne">How many images only the one has right.</param>
    /// <param name="onlyOther">How many images only the other has right.</param>
    public static double MidP(int onlyOne, int onlyOther)
    {
        var (least, all) = (Math.Min(onlyOne, onlyOther), onlyOne + onlyOther);
        var point = Math.Exp(LogBinomial(all, least) - all * Math.Log(2));
        if (onlyOne == onlyOther)
            return 1 - point / 2;
        // P(X ≤ least), from its last term downwards: each is the one above it times i ÷ (all − i + 1).
        var (sum, term) = (point, point);
        for (var i = least; i > 0 && term > 0; i--)
        {
            term *= (double)i / (all - i + 1);
            sum += term;
        }
        return Math.Min(1, 2 * sum - point);
    }

    private static double LogBinomial(int all, int chosen)
    {
        var sum = 0.0;
        for (var i = 1; i <= chosen; i++)
            sum += Math.Log((double)(all - chosen + i) / i);
        return sum;
    }
}
