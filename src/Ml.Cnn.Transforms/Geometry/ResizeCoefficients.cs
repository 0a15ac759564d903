using System.Collections.Concurrent;

namespace Ml.Cnn.Transforms.Geometry;

/// <summary>
/// Which pixels of a row (or column) each pixel of the resized one is made of, and their weights in fixed point. The
/// arithmetic is that of Pillow's resize for 8-bit images, so that results are equal to the bit.
/// </summary>
internal sealed class ResizeCoefficients
{
    /// <summary>Bits behind the binary point: 32, less 8 for the pixel, less 2 for weights beyond [0, 1].</summary>
    public const int PrecisionBits = 32 - 8 - 2;

    /// <summary>Bits of a weight's lower half: see <see cref="Pairs"/>.</summary>
    public const int LowBits = 11;

    private const int LowMask = (1 << LowBits) - 1;
    private const int MostCached = 1024;
    private static readonly ConcurrentDictionary<(int Input, int Output, Interpolation Interpolation), ResizeCoefficients> Cache = new();

    private readonly int[] _starts;
    private readonly int[] _counts;
    private readonly int[] _weights;
    private readonly int[] _pairs;
    private readonly int _mostTaps;

    private ResizeCoefficients(int input, int output, Interpolation interpolation)
    {
        var ratio = (double)input / output;
        var filterScale = Math.Max(ratio, 1.0);
        var support = (interpolation == Interpolation.Bicubic ? 2.0 : 1.0) * filterScale;
        _mostTaps = ((int)Math.Ceiling(support) * 2 + 2) & ~1; // even, so that they pair up
        _starts = new int[output];
        _counts = new int[output];
        _weights = new int[output * _mostTaps];
        _pairs = new int[output * _mostTaps];

        var weights = new double[_mostTaps];
        for (var o = 0; o < output; o++)
        {
            var center = (o + 0.5) * ratio;
            var start = Math.Max(0, (int)(center - support + 0.5));
            var count = Math.Min(input, (int)(center + support + 0.5)) - start;
            var sum = 0.0;
            for (var i = 0; i < count; i++)
            {
                weights[i] = Weight((i + start - center + 0.5) / filterScale, interpolation);
                sum += weights[i];
            }
            for (var i = 0; i < count; i++)
            {
                var weight = (sum == 0 ? weights[i] : weights[i] / sum) * (1 << PrecisionBits);
                _weights[o * _mostTaps + i] = (int)(weight < 0 ? weight - 0.5 : weight + 0.5);
            }
            _starts[o] = start;
            _counts[o] = count;
        }
        for (var i = 0; i < _weights.Length; i += 2)
        {
            _pairs[i] = Pair(_weights[i] >> LowBits, _weights[i + 1] >> LowBits);
            _pairs[i + 1] = Pair(_weights[i] & LowMask, _weights[i + 1] & LowMask);
        }

        static int Pair(int first, int second) => (ushort)first | second << 16;
    }

    /// <summary>The weights for a row of <paramref name="input"/> pixels that becomes <paramref name="output"/> pixels long.</summary>
    public static ResizeCoefficients For(int input, int output, Interpolation interpolation)
    {
        if (Cache.TryGetValue((input, output, interpolation), out var known))
            return known;
        // Random crops ask for ever new sizes: what is kept must not grow with them. (Counting locks the whole cache.)
        if (Cache.Count > MostCached)
            Cache.Clear();
        return Cache.GetOrAdd((input, output, interpolation), static key => new(key.Input, key.Output, key.Interpolation));
    }

    /// <summary>The first input pixel that counts for an output pixel.</summary>
    public int Start(int output) => _starts[output];

    /// <summary>The input pixel after the last one that counts for an output pixel.</summary>
    public int End(int output) => _starts[output] + _counts[output];

    /// <summary>The weights from <see cref="Start"/> to <see cref="End"/>.</summary>
    public ReadOnlySpan<int> Weights(int output) => _weights.AsSpan(output * _mostTaps, _counts[output]);

    /// <summary>
    /// The same weights two by two, split into 16-bit halves for the CPU's multiply-add of neighbors: the upper halves of two
    /// weights in one number, then their lower <see cref="LowBits"/> bits in the next. An odd one is paired with 0.
    /// </summary>
    public ReadOnlySpan<int> Pairs(int output) => _pairs.AsSpan(output * _mostTaps, (_counts[output] + 1) & ~1);

    private static double Weight(double x, Interpolation interpolation)
    {
        x = Math.Abs(x);
        if (interpolation == Interpolation.Bilinear)
            return x < 1 ? 1 - x : 0;

        const double a = -0.5;
        return x switch
        {
            < 1 => ((a + 2) * x - (a + 3)) * x * x + 1,
            < 2 => (((x - 5) * x + 8) * x - 4) * a,
            _ => 0,
        };
    }
}
