using System.Runtime.CompilerServices;
using Ml.Cnn.Trainers.Vectors;

namespace Ml.Cnn.Trainers.Compilation.Direct;

/// <summary>Sums of products for one position and up to three vectors of filters at once: for the positions that are left, and for maps of one pixel.</summary>
/// <remarks>As <see cref="EightPositions{TVectors,TVector}"/>.</remarks>
internal static unsafe class OnePosition<TVectors, TVector>
    where TVectors : struct, IVectors<TVector>
    where TVector : struct
{
    /// <summary>One position and three vectors of filters.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void ByThree(in TileInput input, float* x, float* weights, float* bias, float* y, nint yStep, float floor, float ceiling)
    {
        var n = TVectors.Count;
        TVector a0;
        a0 = TVectors.Load(bias);
        TVector b0;
        b0 = TVectors.Load(bias + n);
        TVector c0;
        c0 = TVectors.Load(bias + 2 * n);
        var (length, skip, step) = (input.Length, input.RowStep - input.Length, input.Step);
        float* x0 = x;
        nint i = 0;
        for (var rows = input.Rows; rows > 0; rows--, i += skip)
        {
            for (var end = i + length; i < end; i++, weights += 3 * n)
            {
                var wa = TVectors.Load(weights);
                var wb = TVectors.Load(weights + n);
                var wc = TVectors.Load(weights + 2 * n);
                var number = TVectors.Create(x0[i]);
                a0 = TVectors.MultiplyAdd(number, wa, a0);
                b0 = TVectors.MultiplyAdd(number, wb, b0);
                c0 = TVectors.MultiplyAdd(number, wc, c0);
            }
        }
        var (least, most) = (TVectors.Create(floor), TVectors.Create(ceiling));
        TVectors.Store(Bounded(a0, least, most), y);
        TVectors.Store(Bounded(b0, least, most), y + n);
        TVectors.Store(Bounded(c0, least, most), y + 2 * n);
    }

    /// <summary>One position and two vectors of filters.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void ByTwo(in TileInput input, float* x, float* weights, float* bias, float* y, nint yStep, float floor, float ceiling)
    {
        var n = TVectors.Count;
        TVector a0;
        a0 = TVectors.Load(bias);
        TVector b0;
        b0 = TVectors.Load(bias + n);
        var (length, skip, step) = (input.Length, input.RowStep - input.Length, input.Step);
        float* x0 = x;
        nint i = 0;
        for (var rows = input.Rows; rows > 0; rows--, i += skip)
        {
            for (var end = i + length; i < end; i++, weights += 2 * n)
            {
                var wa = TVectors.Load(weights);
                var wb = TVectors.Load(weights + n);
                var number = TVectors.Create(x0[i]);
                a0 = TVectors.MultiplyAdd(number, wa, a0);
                b0 = TVectors.MultiplyAdd(number, wb, b0);
            }
        }
        var (least, most) = (TVectors.Create(floor), TVectors.Create(ceiling));
        TVectors.Store(Bounded(a0, least, most), y);
        TVectors.Store(Bounded(b0, least, most), y + n);
    }

    /// <summary>One position and one vector of filters.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void ByOne(in TileInput input, float* x, float* weights, float* bias, float* y, nint yStep, float floor, float ceiling)
    {
        var n = TVectors.Count;
        TVector a0;
        a0 = TVectors.Load(bias);
        var (length, skip, step) = (input.Length, input.RowStep - input.Length, input.Step);
        float* x0 = x;
        nint i = 0;
        for (var rows = input.Rows; rows > 0; rows--, i += skip)
        {
            for (var end = i + length; i < end; i++, weights += n)
            {
                var wa = TVectors.Load(weights);
                var number = TVectors.Create(x0[i]);
                a0 = TVectors.MultiplyAdd(number, wa, a0);
            }
        }
        var (least, most) = (TVectors.Create(floor), TVectors.Create(ceiling));
        TVectors.Store(Bounded(a0, least, most), y);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static TVector Bounded(TVector sum, TVector least, TVector most) => TVectors.AtMost(most, TVectors.AtLeast(least, sum));
}
