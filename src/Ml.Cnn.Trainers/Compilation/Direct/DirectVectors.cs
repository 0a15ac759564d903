using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.Arm;
using System.Runtime.Intrinsics.X86;
using Ml.Cnn.Trainers.Vectors;

namespace Ml.Cnn.Trainers.Compilation.Direct;

/// <summary>The kernels for vectors of one width, and how work of any size is cut up for them.</summary>
internal abstract unsafe class DirectVectors
{
    /// <summary>The widths that this processor computes, the one to use first; none where it has no fused multiply-add.</summary>
    /// <remarks>
    /// 512 bits pay even where the processor adds and multiplies no faster in them (Zen 4: 58 billion multiply-adds a second and core in both widths): each
    /// instruction does twice as much, and loads and stores keep up.
    /// </remarks>
    public static IReadOnlyList<DirectVectors> All { get; } = [.. Supported()];

    /// <summary>Numbers in a vector.</summary>
    public abstract int Width { get; }

    /// <summary>Numbers that whole vectors hold, at least so many.</summary>
    public int Padded(int numbers) => (numbers + Width - 1) / Width * Width;

    /// <summary>Multiplies positions of a row with some blocks of filters.</summary>
    /// <param name="input">Where the numbers of a position lie.</param>
    /// <param name="x">The first position's.</param>
    /// <param name="positions">How many.</param>
    /// <param name="weights">The filters.</param>
    /// <param name="firstBlock">The first block.</param>
    /// <param name="endBlock">Behind the last.</param>
    /// <param name="to">Takes the sums.</param>
    /// <param name="finish">Bounds them; its curve is not applied.</param>
    public abstract void Multiply(in TileInput input, float* x, int positions, PackedWeights weights, int firstBlock, int endBlock, in TileOutput to,
        in Finish finish);

    /// <summary>A row of positions of a depthwise convolution.</summary>
    /// <param name="window">Where the input's numbers lie.</param>
    /// <param name="rows">The input's row for each of the window's rows, at the first position.</param>
    /// <param name="weights">The weights of the first vector of channels, from the window's first row in the map on.</param>
    /// <param name="bias">Its biases.</param>
    /// <param name="vectors">Vectors of channels.</param>
    /// <param name="y">Takes the row; it must not overlap with the input.</param>
    /// <param name="yStep">Numbers between two positions there.</param>
    /// <param name="positions">How many.</param>
    /// <param name="finish">Bounds the sums; its curve is not applied.</param>
    public abstract void Depthwise(in Window window, float** rows, float* weights, float* bias, int vectors, float* y, nint yStep, int positions,
        in Finish finish);

    /// <summary>Replaces numbers by a function of theirs; whole vectors.</summary>
    public abstract void Apply(string curve, float* numbers, nint count);

    /// <inheritdoc cref="CurveKernels{TVectors,TVector}.Add"/>
    public abstract void Add(float* numbers, float* addend, nint count, in Finish finish);

    /// <inheritdoc cref="CurveKernels{TVectors,TVector}.Scale"/>
    public abstract void Scale(float* from, float* factors, nint channels, nint pixels, float* to);

    /// <inheritdoc cref="CurveKernels{TVectors,TVector}.Sum"/>
    public abstract void Sum(float* from, nint pixel, nint pixels, nint channels, float factor, float* to);

    /// <inheritdoc cref="CurveKernels{TVectors,TVector}.Maximum"/>
    public abstract void Maximum(float* from, nint pixel, nint row, int height, int width, nint channels, float* to);

    private static IEnumerable<DirectVectors> Supported()
    {
        if (Vector512.IsHardwareAccelerated && Avx512F.IsSupported)
            yield return new DirectVectors<Vectors512, Vector512<float>>();
        if (Vector256.IsHardwareAccelerated && Fma.IsSupported)
            yield return new DirectVectors<Vectors256, Vector256<float>>();
        if (Vector128.IsHardwareAccelerated && (Fma.IsSupported || AdvSimd.Arm64.IsSupported))
            yield return new DirectVectors<Vectors128, Vector128<float>>();
    }
}
