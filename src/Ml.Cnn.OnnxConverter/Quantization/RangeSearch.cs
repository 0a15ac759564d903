namespace Ml.Cnn.OnnxConverter.Quantization;

/// <summary>Chooses the range that a value's 256 steps cover (Nagel et al. 2021, section 3.1).</summary>
internal static class RangeSearch
{
    private const double Outside = 1e-4; // share of values that a percentile leaves outside, both ends together
    private const int Rounds = 2;

    /// <summary>The range of some values, which has 0 in it.</summary>
    public static QuantizedRange Find(ValueHistogram values, OnnxActivationRange method) => method switch
    {
        OnnxActivationRange.MinMax => QuantizedRange.Of(values.Low, values.High),
        OnnxActivationRange.Percentile => Percentile(values),
        _ => LeastSquares(values),
    };

    private static QuantizedRange Percentile(ValueHistogram values)
    {
        var allowed = values.Count * Outside / 2;
        return QuantizedRange.Of(Math.Max(values.Low, Cut(values.Bins)), Math.Min(values.High, Cut(values.Bins.Reverse())));

        double Cut(IEnumerable<(double Middle, long Count)> bins)
        {
            var (before, end) = (0L, 0.0);
            foreach (var (middle, count) in bins)
            {
                end = middle;
                before += count;
                if (before > allowed)
                    break;
            }
            return end;
        }
    }

    // Each end by itself, coarsely and then finely: the error has one valley, nearly.
    private static QuantizedRange LeastSquares(ValueHistogram values)
    {
        var bins = values.Bins.ToArray();
        double low = values.Low, high = values.High;
        for (var round = 0; round < (values.Low < 0 && values.High > 0 ? Rounds : 1); round++)
        {
            if (values.High > 0)
                high = values.High * Best(share => Error(bins, QuantizedRange.Of(low, share * values.High)));
            if (values.Low < 0)
                low = values.Low * Best(share => Error(bins, QuantizedRange.Of(share * values.Low, high)));
        }
        return QuantizedRange.Of(low, high);
    }

    private static double Best(Func<double, double> error)
    {
        const double Coarse = 0.05, Fine = 0.01;
        var about = Enumerable.Range(1, 20).Select(i => i * Coarse).MinBy(error);
        return Enumerable.Range(-4, 9).Select(i => about + i * Fine).Where(share => share is > 0 and <= 1 + Fine / 2).Select(share => Math.Min(share, 1))
            .MinBy(error);
    }

    private static double Error((double Middle, long Count)[] bins, QuantizedRange range)
    {
        var error = 0.0;
        foreach (var (middle, count) in bins)
        {
            var difference = middle - range.Round(middle);
            error += count * difference * difference;
        }
        return error;
    }
}
