using System.Runtime.CompilerServices;
using Ml.Cnn.Trainers.Vectors;

namespace Ml.Cnn.Trainers.Compilation.Direct;

/// <summary>Sums of products for eight positions and up to three vectors of filters at once: for processors with 32 registers.</summary>
/// <remarks>
/// Each weight that is loaded serves several positions, each number of the input several filters (Goto and van de Geijn 2008, "Anatomy of High-Performance
/// Matrix Multiplication", section 4). A sum is taken in the order of its numbers, whatever the kernel: a score depends neither on the width of vectors nor
/// on how work is shared out. The weights of a block are numbers × filters; results lie between floor and ceiling, where they are not NaN.
/// </remarks>
internal static unsafe class EightPositions<TVectors, TVector>
    where TVectors : struct, IVectors<TVector>
    where TVector : struct
{
    /// <summary>Eight positions and three vectors of filters.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void ByThree(in TileInput input, float* x, float* weights, float* bias, float* y, nint yStep, float floor, float ceiling)
    {
        var n = TVectors.Count;
        TVector a0, a1, a2, a3, a4, a5, a6, a7;
        a0 = a1 = a2 = a3 = a4 = a5 = a6 = a7 = TVectors.Load(bias);
        TVector b0, b1, b2, b3, b4, b5, b6, b7;
        b0 = b1 = b2 = b3 = b4 = b5 = b6 = b7 = TVectors.Load(bias + n);
        TVector c0, c1, c2, c3, c4, c5, c6, c7;
        c0 = c1 = c2 = c3 = c4 = c5 = c6 = c7 = TVectors.Load(bias + 2 * n);
        var (length, skip, step) = (input.Length, input.RowStep - input.Length, input.Step);
        float* x0 = x, x1 = x + step, x2 = x + 2 * step, x3 = x + 3 * step;
        float* x4 = x + 4 * step, x5 = x + 5 * step, x6 = x + 6 * step, x7 = x + 7 * step;
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
                number = TVectors.Create(x1[i]);
                a1 = TVectors.MultiplyAdd(number, wa, a1);
                b1 = TVectors.MultiplyAdd(number, wb, b1);
                c1 = TVectors.MultiplyAdd(number, wc, c1);
                number = TVectors.Create(x2[i]);
                a2 = TVectors.MultiplyAdd(number, wa, a2);
                b2 = TVectors.MultiplyAdd(number, wb, b2);
                c2 = TVectors.MultiplyAdd(number, wc, c2);
                number = TVectors.Create(x3[i]);
                a3 = TVectors.MultiplyAdd(number, wa, a3);
                b3 = TVectors.MultiplyAdd(number, wb, b3);
                c3 = TVectors.MultiplyAdd(number, wc, c3);
                number = TVectors.Create(x4[i]);
                a4 = TVectors.MultiplyAdd(number, wa, a4);
                b4 = TVectors.MultiplyAdd(number, wb, b4);
                c4 = TVectors.MultiplyAdd(number, wc, c4);
                number = TVectors.Create(x5[i]);
                a5 = TVectors.MultiplyAdd(number, wa, a5);
                b5 = TVectors.MultiplyAdd(number, wb, b5);
                c5 = TVectors.MultiplyAdd(number, wc, c5);
                number = TVectors.Create(x6[i]);
                a6 = TVectors.MultiplyAdd(number, wa, a6);
                b6 = TVectors.MultiplyAdd(number, wb, b6);
                c6 = TVectors.MultiplyAdd(number, wc, c6);
                number = TVectors.Create(x7[i]);
                a7 = TVectors.MultiplyAdd(number, wa, a7);
                b7 = TVectors.MultiplyAdd(number, wb, b7);
                c7 = TVectors.MultiplyAdd(number, wc, c7);
            }
        }
        var (least, most) = (TVectors.Create(floor), TVectors.Create(ceiling));
        TVectors.Store(Bounded(a0, least, most), y);
        TVectors.Store(Bounded(b0, least, most), y + n);
        TVectors.Store(Bounded(c0, least, most), y + 2 * n);
        y += yStep;
        TVectors.Store(Bounded(a1, least, most), y);
        TVectors.Store(Bounded(b1, least, most), y + n);
        TVectors.Store(Bounded(c1, least, most), y + 2 * n);
        y += yStep;
        TVectors.Store(Bounded(a2, least, most), y);
        TVectors.Store(Bounded(b2, least, most), y + n);
        TVectors.Store(Bounded(c2, least, most), y + 2 * n);
        y += yStep;
        TVectors.Store(Bounded(a3, least, most), y);
        TVectors.Store(Bounded(b3, least, most), y + n);
        TVectors.Store(Bounded(c3, least, most), y + 2 * n);
        y += yStep;
        TVectors.Store(Bounded(a4, least, most), y);
        TVectors.Store(Bounded(b4, least, most), y + n);
        TVectors.Store(Bounded(c4, least, most), y + 2 * n);
        y += yStep;
        TVectors.Store(Bounded(a5, least, most), y);
        TVectors.Store(Bounded(b5, least, most), y + n);
        TVectors.Store(Bounded(c5, least, most), y + 2 * n);
        y += yStep;
        TVectors.Store(Bounded(a6, least, most), y);
        TVectors.Store(Bounded(b6, least, most), y + n);
        TVectors.Store(Bounded(c6, least, most), y + 2 * n);
        y += yStep;
        TVectors.Store(Bounded(a7, least, most), y);
        TVectors.Store(Bounded(b7, least, most), y + n);
        TVectors.Store(Bounded(c7, least, most), y + 2 * n);
    }

    /// <summary>Eight positions and two vectors of filters.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void ByTwo(in TileInput input, float* x, float* weights, float* bias, float* y, nint yStep, float floor, float ceiling)
    {
        var n = TVectors.Count;
        TVector a0, a1, a2, a3, a4, a5, a6, a7;
        a0 = a1 = a2 = a3 = a4 = a5 = a6 = a7 = TVectors.Load(bias);
        TVector b0, b1, b2, b3, b4, b5, b6, b7;
        b0 = b1 = b2 = b3 = b4 = b5 = b6 = b7 = TVectors.Load(bias + n);
        var (length, skip, step) = (input.Length, input.RowStep - input.Length, input.Step);
        float* x0 = x, x1 = x + step, x2 = x + 2 * step, x3 = x + 3 * step;
        float* x4 = x + 4 * step, x5 = x + 5 * step, x6 = x + 6 * step, x7 = x + 7 * step;
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
                number = TVectors.Create(x1[i]);
                a1 = TVectors.MultiplyAdd(number, wa, a1);
                b1 = TVectors.MultiplyAdd(number, wb, b1);
                number = TVectors.Create(x2[i]);
                a2 = TVectors.MultiplyAdd(number, wa, a2);
                b2 = TVectors.MultiplyAdd(number, wb, b2);
                number = TVectors.Create(x3[i]);
                a3 = TVectors.MultiplyAdd(number, wa, a3);
                b3 = TVectors.MultiplyAdd(number, wb, b3);
                number = TVectors.Create(x4[i]);
                a4 = TVectors.MultiplyAdd(number, wa, a4);
                b4 = TVectors.MultiplyAdd(number, wb, b4);
                number = TVectors.Create(x5[i]);
                a5 = TVectors.MultiplyAdd(number, wa, a5);
                b5 = TVectors.MultiplyAdd(number, wb, b5);
                number = TVectors.Create(x6[i]);
                a6 = TVectors.MultiplyAdd(number, wa, a6);
                b6 = TVectors.MultiplyAdd(number, wb, b6);
                number = TVectors.Create(x7[i]);
                a7 = TVectors.MultiplyAdd(number, wa, a7);
                b7 = TVectors.MultiplyAdd(number, wb, b7);
            }
        }
        var (least, most) = (TVectors.Create(floor), TVectors.Create(ceiling));
        TVectors.Store(Bounded(a0, least, most), y);
        TVectors.Store(Bounded(b0, least, most), y + n);
        y += yStep;
        TVectors.Store(Bounded(a1, least, most), y);
        TVectors.Store(Bounded(b1, least, most), y + n);
        y += yStep;
        TVectors.Store(Bounded(a2, least, most), y);
        TVectors.Store(Bounded(b2, least, most), y + n);
        y += yStep;
        TVectors.Store(Bounded(a3, least, most), y);
        TVectors.Store(Bounded(b3, least, most), y + n);
        y += yStep;
        TVectors.Store(Bounded(a4, least, most), y);
        TVectors.Store(Bounded(b4, least, most), y + n);
        y += yStep;
        TVectors.Store(Bounded(a5, least, most), y);
        TVectors.Store(Bounded(b5, least, most), y + n);
        y += yStep;
        TVectors.Store(Bounded(a6, least, most), y);
        TVectors.Store(Bounded(b6, least, most), y + n);
        y += yStep;
        TVectors.Store(Bounded(a7, least, most), y);
        TVectors.Store(Bounded(b7, least, most), y + n);
    }

    /// <summary>Eight positions and one vector of filters.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void ByOne(in TileInput input, float* x, float* weights, float* bias, float* y, nint yStep, float floor, float ceiling)
    {
        var n = TVectors.Count;
        TVector a0, a1, a2, a3, a4, a5, a6, a7;
        a0 = a1 = a2 = a3 = a4 = a5 = a6 = a7 = TVectors.Load(bias);
        var (length, skip, step) = (input.Length, input.RowStep - input.Length, input.Step);
        float* x0 = x, x1 = x + step, x2 = x + 2 * step, x3 = x + 3 * step;
        float* x4 = x + 4 * step, x5 = x + 5 * step, x6 = x + 6 * step, x7 = x + 7 * step;
        nint i = 0;
        for (var rows = input.Rows; rows > 0; rows--, i += skip)
        {
            for (var end = i + length; i < end; i++, weights += n)
            {
                var wa = TVectors.Load(weights);
                var number = TVectors.Create(x0[i]);
                a0 = TVectors.MultiplyAdd(number, wa, a0);
                number = TVectors.Create(x1[i]);
                a1 = TVectors.MultiplyAdd(number, wa, a1);
                number = TVectors.Create(x2[i]);
                a2 = TVectors.MultiplyAdd(number, wa, a2);
                number = TVectors.Create(x3[i]);
                a3 = TVectors.MultiplyAdd(number, wa, a3);
                number = TVectors.Create(x4[i]);
                a4 = TVectors.MultiplyAdd(number, wa, a4);
                number = TVectors.Create(x5[i]);
                a5 = TVectors.MultiplyAdd(number, wa, a5);
                number = TVectors.Create(x6[i]);
                a6 = TVectors.MultiplyAdd(number, wa, a6);
                number = TVectors.Create(x7[i]);
                a7 = TVectors.MultiplyAdd(number, wa, a7);
            }
        }
        var (least, most) = (TVectors.Create(floor), TVectors.Create(ceiling));
        TVectors.Store(Bounded(a0, least, most), y);
        y += yStep;
        TVectors.Store(Bounded(a1, least, most), y);
        y += yStep;
        TVectors.Store(Bounded(a2, least, most), y);
        y += yStep;
        TVectors.Store(Bounded(a3, least, most), y);
        y += yStep;
        TVectors.Store(Bounded(a4, least, most), y);
        y += yStep;
        TVectors.Store(Bounded(a5, least, most), y);
        y += yStep;
        TVectors.Store(Bounded(a6, least, most), y);
        y += yStep;
        TVectors.Store(Bounded(a7, least, most), y);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static TVector Bounded(TVector sum, TVector least, TVector most) => TVectors.AtMost(most, TVectors.AtLeast(least, sum));
}
