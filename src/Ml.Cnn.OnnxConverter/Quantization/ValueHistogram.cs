using System.Numerics.Tensors;

namespace Ml.Cnn.OnnxConverter.Quantization;

/// <summary>How often a network's values lie where, over as many batches as are seen: bins of one width around 0, which doubles when a value lies
/// outside.</summary>
internal sealed class ValueHistogram
{
    /// <summary>Bins on either side of 0: eight or more for each of 256 steps.</summary>
    private const int Half = 4096;

    private readonly long[] _bins = new long[2 * Half];
    private double _reach = Math.Pow(2, -40); // where the bins end on either side, a power of two

    /// <summary>The smallest value, or 0.</summary>
    public float Low { get; private set; }

    /// <summary>The largest value, or 0.</summary>
    public float High { get; private set; }

    /// <summary>How many values there were.</summary>
    public long Count { get; private set; }

    /// <summary>The bins with values in them, from the lowest on: the middle of each, and how many.</summary>
    public IEnumerable<(double Middle, long Count)> Bins => _bins.Select((count, bin) => ((bin - Half + 0.5) * (_reach / Half), count)).Where(bin =>
        bin.count > 0);

    /// <summary>Adds values.</summary>
    /// <exception cref="ArithmeticException">One is NaN or infinite.</exception>
    public void Add(ReadOnlySpan<float> values)
    {
        if (values.IsEmpty)
            return;
        var (low, high) = (TensorPrimitives.Min(values), TensorPrimitives.Max(values));
        if (!float.IsFinite(low) || !float.IsFinite(high))
            throw new ArithmeticException("a value is NaN or infinite");
        (Low, High) = (Math.Min(Low, low), Math.Max(High, high));
        while (_reach <= Math.Max(-(double)Low, High))
            Double();
        var perUnit = Half / _reach;
        foreach (var value in values)
            _bins[(int)(value * perUnit + Half)]++; // both summands together are positive: this rounds down
        Count += values.Length;
    }

    // Two bins become one, on either side of 0.
    private void Double()
    {
        _reach *= 2;
        if (Count == 0)
            return;
        for (var bin = 0; bin < Half / 2; bin++)
        {
            (_bins[Half + bin], _bins[Half - 1 - bin]) = (_bins[Half + 2 * bin] + _bins[Half + 2 * bin + 1],
                _bins[Half - 1 - 2 * bin] + _bins[Half - 2 - 2 * bin]);
        }
        _bins.AsSpan(0, Half / 2).Clear();
        _bins.AsSpan(Half + Half / 2).Clear();
    }
}
