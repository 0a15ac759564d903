using System.Runtime.CompilerServices;
using Ml.Cnn.Trainers.Vectors;

namespace Ml.Cnn.Trainers.Compilation.Direct;

/// <summary>Depthwise convolutions: a vector holds neighboring channels, each of which has a filter of its own.</summary>
/// <remarks>
/// Weights are vectors of channels × the window's numbers × channels of the vector. A sum is taken in the order of the window's numbers, whatever the kernel.
/// </remarks>
internal static unsafe class DepthwiseKernels<TVectors, TVector>
    where TVectors : struct, IVectors<TVector>
    where TVector : struct
{
    /// <summary>Eight neighbors of a row of the output.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Eight(in Window window, float** rows, nint offset, float* weights, float* bias, int vectors,
        float* y, nint yStep, float floor, float ceiling)
    {
        var (n, least, most) = (TVectors.Count, TVectors.Create(floor), TVectors.Create(ceiling));
        var (pixel, step, width) = (window.Pixel, window.Step, window.Width);
        for (; vectors > 0; vectors--, offset += n, weights += window.Skipped, bias += n, y += n)
        {
            TVector a0, a1, a2, a3, a4, a5, a6, a7;
            a0 = a1 = a2 = a3 = a4 = a5 = a6 = a7 = TVectors.Load(bias);
            for (var row = window.FirstRow; row < window.EndRow; row++)
            {
                var x0 = rows[row] + offset;
                var x4 = x0 + 4 * step;
                for (var column = 0; column < width; column++, weights += n)
                {
                    var factor = TVectors.Load(weights);
                    a0 = TVectors.MultiplyAdd(TVectors.Load(x0), factor, a0);
                    a1 = TVectors.MultiplyAdd(TVectors.Load(x0 + step), factor, a1);
                    a2 = TVectors.MultiplyAdd(TVectors.Load(x0 + 2 * step), factor, a2);
                    a3 = TVectors.MultiplyAdd(TVectors.Load(x0 + 3 * step), factor, a3);
                    a4 = TVectors.MultiplyAdd(TVectors.Load(x4), factor, a4);
                    a5 = TVectors.MultiplyAdd(TVectors.Load(x4 + step), factor, a5);
                    a6 = TVectors.MultiplyAdd(TVectors.Load(x4 + 2 * step), factor, a6);
                    a7 = TVectors.MultiplyAdd(TVectors.Load(x4 + 3 * step), factor, a7);
                    x0 += pixel;
                    x4 += pixel;
                }
            }
            TVectors.Store(TVectors.AtMost(most, TVectors.AtLeast(least, a0)), y);
            TVectors.Store(TVectors.AtMost(most, TVectors.AtLeast(least, a1)), y + yStep);
            TVectors.Store(TVectors.AtMost(most, TVectors.AtLeast(least, a2)), y + 2 * yStep);
            TVectors.Store(TVectors.AtMost(most, TVectors.AtLeast(least, a3)), y + 3 * yStep);
            TVectors.Store(TVectors.AtMost(most, TVectors.AtLeast(least, a4)), y + 4 * yStep);
            TVectors.Store(TVectors.AtMost(most, TVectors.AtLeast(least, a5)), y + 5 * yStep);
            TVectors.Store(TVectors.AtMost(most, TVectors.AtLeast(least, a6)), y + 6 * yStep);
            TVectors.Store(TVectors.AtMost(most, TVectors.AtLeast(least, a7)), y + 7 * yStep);
        }
    }

    /// <summary>Four neighbors of a row of the output.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Four(in Window window, float** rows, nint offset, float* weights, float* bias, int vectors,
        float* y, nint yStep, float floor, float ceiling)
    {
        var (n, least, most) = (TVectors.Count, TVectors.Create(floor), TVectors.Create(ceiling));
        var (pixel, step, width) = (window.Pixel, window.Step, window.Width);
        for (; vectors > 0; vectors--, offset += n, weights += window.Skipped, bias += n, y += n)
        {
            TVector a0, a1, a2, a3;
            a0 = a1 = a2 = a3 = TVectors.Load(bias);
            for (var row = window.FirstRow; row < window.EndRow; row++)
            {
                var x0 = rows[row] + offset;
                for (var column = 0; column < width; column++, weights += n)
                {
                    var factor = TVectors.Load(weights);
                    a0 = TVectors.MultiplyAdd(TVectors.Load(x0), factor, a0);
                    a1 = TVectors.MultiplyAdd(TVectors.Load(x0 + step), factor, a1);
                    a2 = TVectors.MultiplyAdd(TVectors.Load(x0 + 2 * step), factor, a2);
                    a3 = TVectors.MultiplyAdd(TVectors.Load(x0 + 3 * step), factor, a3);
                    x0 += pixel;
                }
            }
            TVectors.Store(TVectors.AtMost(most, TVectors.AtLeast(least, a0)), y);
            TVectors.Store(TVectors.AtMost(most, TVectors.AtLeast(least, a1)), y + yStep);
            TVectors.Store(TVectors.AtMost(most, TVectors.AtLeast(least, a2)), y + 2 * yStep);
            TVectors.Store(TVectors.AtMost(most, TVectors.AtLeast(least, a3)), y + 3 * yStep);
        }
    }

    /// <summary>One position of a row of the output.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void One(in Window window, float** rows, nint offset, float* weights, float* bias, int vectors,
        float* y, nint yStep, float floor, float ceiling)
    {
        var (n, least, most) = (TVectors.Count, TVectors.Create(floor), TVectors.Create(ceiling));
        var (pixel, step, width) = (window.Pixel, window.Step, window.Width);
        for (; vectors > 0; vectors--, offset += n, weights += window.Skipped, bias += n, y += n)
        {
            TVector a0;
            a0 = TVectors.Load(bias);
            for (var row = window.FirstRow; row < window.EndRow; row++)
            {
                var x0 = rows[row] + offset;
                for (var column = 0; column < width; column++, weights += n)
                {
                    var factor = TVectors.Load(weights);
                    a0 = TVectors.MultiplyAdd(TVectors.Load(x0), factor, a0);
                    x0 += pixel;
                }
            }
            TVectors.Store(TVectors.AtMost(most, TVectors.AtLeast(least, a0)), y);
        }
    }
}
