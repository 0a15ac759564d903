using Ml.Cnn.Transforms;

namespace Ml.Cnn.Experiments.Search;

/// <summary>
/// Points that fill the unit cube more evenly than random ones (Sobol 1967): of the first 2^m points each of the 2^m equal intervals of every coordinate has
/// one. With a seed they are scrambled so that this stays true (Owen 1995, "Randomly permuted (t,m,s)-nets and (t,s)-sequences").
/// </summary>
/// <remarks>
/// Points are numbered in Gray code's order, as Antonov and Saleev 1979 have it and PyTorch's SobolEngine and SciPy too. Scrambling turns each bit of a
/// coordinate over or not, by a random number of the dimension and the bits above it.
/// </remarks>
internal sealed class SobolSequence
{
    private readonly uint[][] _directions;
    private readonly int? _seed;

    /// <param name="dimensions">1 to <see cref="SobolDirections.Dimensions"/>.</param>
    /// <param name="seed">Of the scrambling; null: the sequence as it is, which begins in the cube's corner.</param>
    public SobolSequence(int dimensions, int? seed)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(dimensions, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(dimensions, SobolDirections.Dimensions);
        _directions = [.. Enumerable.Range(0, dimensions).Select(SobolDirections.Of)];
        _seed = seed;
    }

    /// <summary>A point, by its number from 0; coordinates from 0 to below 1.</summary>
    public double[] Point(int number)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(number);
        var gray = (uint)number ^ ((uint)number >> 1);
        var point = new double[_directions.Length];
        for (var d = 0; d < point.Length; d++)
        {
            var bits = 0u;
            for (var k = 0; gray >> k != 0; k++)
            {
                if (((gray >> k) & 1) != 0)
                    bits ^= _directions[d][k];
            }
            point[d] = (_seed is { } seed ? Scramble(bits, seed, d) : bits) / (double)(1L << SobolDirections.Bits);
        }
        return point;
    }

    private static uint Scramble(uint bits, int seed, int dimension)
    {
        var stream = SplitMix64.Mix(((ulong)(uint)seed << 32) | (uint)dimension);
        var scrambled = 0u;
        for (var k = SobolDirections.Bits - 1; k >= 0; k--)
        {
            // A node of Owen's tree is the bits above with a 1 before them, which tells prefixes of different lengths apart.
            var node = ((1UL << SobolDirections.Bits) | bits) >> (k + 1);
            var turned = (uint)(SplitMix64.Mix(stream + node * SplitMix64.Step) >> 63);
            scrambled |= (((bits >> k) & 1) ^ turned) << k;
        }
        return scrambled;
    }
}
