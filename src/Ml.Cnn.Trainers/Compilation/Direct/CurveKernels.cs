using System.Runtime.CompilerServices;
using Ml.Cnn.Trainers.Layers;
using Ml.Cnn.Trainers.Vectors;

namespace Ml.Cnn.Trainers.Compilation.Direct;

/// <summary>What is done with every number of a result: activations that are more than bounds, additions and multiplications.</summary>
internal static unsafe class CurveKernels<TVectors, TVector>
    where TVectors : struct, IVectors<TVector>
    where TVector : struct
{
    /// <summary>Replaces whole vectors of numbers by a function of theirs.</summary>
    public static void Apply(string curve, float* numbers, nint count)
    {
        switch (curve)
        {
            case LayerKinds.SiLU:
                SiLU(numbers, count);
                break;
            case LayerKinds.Sigmoid:
                Sigmoid(numbers, count);
                break;
            case LayerKinds.Hardswish:
                Hardswish(numbers, count);
                break;
            default:
                Hardsigmoid(numbers, count);
                break;
        }
    }

    /// <summary>Adds whole vectors, and bounds the sums.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Add(float* numbers, float* addend, nint count, float floor, float ceiling)
    {
        var (least, most) = (TVectors.Create(floor), TVectors.Create(ceiling));
        for (nint i = 0; i < count; i += TVectors.Count)
        {
            var sum = TVectors.Add(TVectors.Load(numbers + i), TVectors.Load(addend + i));
            TVectors.Store(TVectors.AtMost(most, TVectors.AtLeast(least, sum)), numbers + i);
        }
    }

    /// <summary>Multiplies the channels of pixels, whole vectors of them, by a factor each.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Scale(float* from, float* factors, nint channels, nint pixels, float* to)
    {
        for (; pixels > 0; pixels--, from += channels, to += channels)
        {
            for (nint i = 0; i < channels; i += TVectors.Count)
                TVectors.Store(TVectors.Multiply(TVectors.Load(from + i), TVectors.Load(factors + i)), to + i);
        }
    }

    /// <summary>The sums of channels, whole vectors of them, over pixels.</summary>
    /// <param name="from">The first pixel.</param>
    /// <param name="pixel">Numbers between two pixels.</param>
    /// <param name="pixels">How many, 1 or more.</param>
    /// <param name="channels">How many.</param>
    /// <param name="factor">Multiplies the sums.</param>
    /// <param name="to">Takes them.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Sum(float* from, nint pixel, nint pixels, nint channels, float factor, float* to)
    {
        var share = TVectors.Create(factor);
        for (nint i = 0; i < channels; i += TVectors.Count, from += TVectors.Count)
        {
            var sum = TVectors.Load(from);
            var x = from + pixel;
            for (var left = pixels - 1; left > 0; left--, x += pixel)
                sum = TVectors.Add(sum, TVectors.Load(x));
            TVectors.Store(TVectors.Multiply(sum, share), to + i);
        }
    }

    /// <summary>The maximum of each channel, whole vectors of them, over a window.</summary>
    /// <param name="from">The window's first pixel.</param>
    /// <param name="pixel">Numbers between two pixels.</param>
    /// <param name="row">Numbers between two rows.</param>
    /// <param name="height">Rows, 1 or more.</param>
    /// <param name="width">Pixels of a row, 1 or more.</param>
    /// <param name="channels">How many.</param>
    /// <param name="to">Takes the maxima.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Maximum(float* from, nint pixel, nint row, int height, int width, nint channels, float* to)
    {
        for (nint i = 0; i < channels; i += TVectors.Count, from += TVectors.Count)
        {
            var largest = TVectors.Load(from);
            var x = from;
            for (var y = height; y > 0; y--, x += row)
            {
                for (nint column = 0; column < width; column++)
                    largest = TVectors.Maximum(largest, TVectors.Load(x + column * pixel));
            }
            TVectors.Store(largest, to + i);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void SiLU(float* numbers, nint count)
    {
        for (nint i = 0; i < count; i += TVectors.Count)
        {
            var x = TVectors.Load(numbers + i);
            TVectors.Store(TVectors.Divide(x, OnePlusExpOfMinus(x)), numbers + i);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Sigmoid(float* numbers, nint count)
    {
        var one = TVectors.Create(1);
        for (nint i = 0; i < count; i += TVectors.Count)
            TVectors.Store(TVectors.Divide(one, OnePlusExpOfMinus(TVectors.Load(numbers + i))), numbers + i);
    }

    // x min(max(x + 3, 0), 6) / 6
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Hardswish(float* numbers, nint count)
    {
        for (nint i = 0; i < count; i += TVectors.Count)
        {
            var x = TVectors.Load(numbers + i);
            TVectors.Store(TVectors.Multiply(x, Gate(x)), numbers + i);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Hardsigmoid(float* numbers, nint count)
    {
        for (nint i = 0; i < count; i += TVectors.Count)
            TVectors.Store(Gate(TVectors.Load(numbers + i)), numbers + i);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static TVector Gate(TVector x)
    {
        var bounded = TVectors.AtMost(TVectors.Create(6), TVectors.AtLeast(TVectors.Create(0), TVectors.Add(x, TVectors.Create(3))));
        return TVectors.Multiply(bounded, TVectors.Create(1 / 6f));
    }

    // e^y = 2^n e^r with n = round(y / ln 2) and |r| ≤ ln 2 / 2; e^r by the polynomial of Moshier's Cephes library (expf), exact to 1e-7 of the result.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static TVector OnePlusExpOfMinus(TVector x)
    {
        const float Rounding = 12582912; // 1.5 · 2^23: added to a number and taken away again, it leaves whole numbers
        var y = TVectors.AtMost(TVectors.Create(87), TVectors.AtLeast(TVectors.Create(-87), TVectors.Subtract(TVectors.Create(0), x)));
        var n = TVectors.Subtract(TVectors.MultiplyAdd(y, TVectors.Create(1.44269504f), TVectors.Create(Rounding)), TVectors.Create(Rounding));
        var r = TVectors.MultiplyAdd(n, TVectors.Create(-0.693359375f), y); // ln 2 in two parts
        r = TVectors.MultiplyAdd(n, TVectors.Create(2.12194440e-4f), r);
        var p = TVectors.MultiplyAdd(TVectors.Create(1.9875691500e-4f), r, TVectors.Create(1.3981999507e-3f));
        p = TVectors.MultiplyAdd(p, r, TVectors.Create(8.3334519073e-3f));
        p = TVectors.MultiplyAdd(p, r, TVectors.Create(4.1665795894e-2f));
        p = TVectors.MultiplyAdd(p, r, TVectors.Create(1.6666665459e-1f));
        p = TVectors.MultiplyAdd(p, r, TVectors.Create(5.0000001201e-1f));
        p = TVectors.MultiplyAdd(TVectors.Multiply(r, r), p, TVectors.Add(r, TVectors.Create(1)));
        return TVectors.MultiplyAdd(p, TVectors.TwoToThe(n), TVectors.Create(1));
    }
}
