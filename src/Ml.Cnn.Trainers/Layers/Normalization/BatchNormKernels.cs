using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.Arm;
using System.Runtime.Intrinsics.X86;
using Ml.Cnn.Trainers.Vectors;
using static TorchSharp.torch;

namespace Ml.Cnn.Trainers.Layers.Normalization;

/// <summary>What batch normalization does with some rows of channels: one read of memory each, and a write where there is something to write.</summary>
/// <remarks>Numbers of channels (means, sums, …) lie block by block, in places: see <see cref="Channel"/>.</remarks>
internal abstract unsafe class BatchNormKernels
{
    // The widest vectors first.
    private static readonly IReadOnlyList<BatchNormKernels> s_float32 = [.. Supported(isFloat32: true)], s_bfloat16 = [.. Supported(isFloat32: false)];

    /// <summary>The kernels for numbers of a type and at least so many channels as a block has; null where there are none.</summary>
    public static BatchNormKernels? For(ScalarType type, int channels) => type switch
    {
        ScalarType.Float32 => s_float32.FirstOrDefault(kernels => kernels.Block <= channels),
        ScalarType.BFloat16 => s_bfloat16.FirstOrDefault(kernels => kernels.Block <= channels),
        _ => null,
    };

    /// <summary>Channels of a block.</summary>
    public abstract int Block { get; }

    /// <summary>Bytes of a number.</summary>
    public abstract int Size { get; }

    /// <summary>The channel whose number lies at a place.</summary>
    public abstract int Channel(ChannelBlocks blocks, int place);

    /// <summary>The mean of each channel over the rows, and the sum of squared distances from it.</summary>
    /// <param name="x">The first row.</param>
    /// <param name="rows">How many.</param>
    /// <param name="blocks">The channels.</param>
    /// <param name="means">Takes the means.</param>
    /// <param name="squares">Takes the sums.</param>
    public abstract void Statistics(byte* x, long rows, ChannelBlocks blocks, float* means, float* squares);

    /// <summary>y = bounded((x − mean) · scale + shift).</summary>
    /// <param name="x">The first row.</param>
    /// <param name="y">Takes the rows.</param>
    /// <param name="rows">How many.</param>
    /// <param name="channels">The numbers of the channels.</param>
    public abstract void Normalize(byte* x, byte* y, long rows, in NormalizedChannels channels);

    /// <summary>The sums over rows of the gradient within the bounds, and of its products with x − mean.</summary>
    /// <param name="x">The first row.</param>
    /// <param name="gradient">The loss by y.</param>
    /// <param name="rows">How many.</param>
    /// <param name="channels">The numbers of the channels.</param>
    /// <param name="sums">Takes the sums of the gradient.</param>
    /// <param name="products">Takes the sums of the products.</param>
    public abstract void Sum(byte* x, byte* gradient, long rows, in NormalizedChannels channels, float* sums, float* products);

    /// <summary>The loss by x: the gradient within the bounds · scale + constant + (x − mean) · slope.</summary>
    /// <param name="x">The first row.</param>
    /// <param name="gradient">The loss by y.</param>
    /// <param name="result">Takes the rows.</param>
    /// <param name="rows">How many.</param>
    /// <param name="channels">The numbers of the channels.</param>
    /// <param name="constants">By channel.</param>
    /// <param name="slopes">By channel.</param>
    public abstract void Spread(byte* x, byte* gradient, byte* result, long rows, in NormalizedChannels channels, float* constants, float* slopes);

    /// <summary>y = bounded((x − mean) · scale + shift + addend).</summary>
    /// <param name="x">The first row.</param>
    /// <param name="addend">The first row of what is added.</param>
    /// <param name="y">Takes the rows.</param>
    /// <param name="rows">How many.</param>
    /// <param name="channels">The numbers of the channels.</param>
    public abstract void NormalizeAndAdd(byte* x, byte* addend, byte* y, long rows, in NormalizedChannels channels);

    /// <summary>The gradient within the bounds, which is the loss by the addend, and the sums that <see cref="Sum"/> gives.</summary>
    /// <param name="x">The first row.</param>
    /// <param name="y">The first row of the result.</param>
    /// <param name="gradient">The loss by y.</param>
    /// <param name="inside">Takes the gradient within the bounds.</param>
    /// <param name="rows">How many.</param>
    /// <param name="channels">The numbers of the channels.</param>
    /// <param name="sums">Takes the sums of the gradient.</param>
    /// <param name="products">Takes the sums of the products.</param>
    public abstract void SumInside(byte* x, byte* y, byte* gradient, byte* inside, long rows, in NormalizedChannels channels, float* sums, float* products);

    /// <summary>Adds the numbers of channels.</summary>
    /// <param name="length">Numbers of all blocks.</param>
    /// <param name="sums">The sums so far.</param>
    /// <param name="more">What to add.</param>
    public abstract void Add(int length, float* sums, float* more);

    /// <summary>Adds the statistics of more rows to those of some (Chan, Golub and LeVeque 1979, equation 1.5).</summary>
    /// <param name="count">Rows so far.</param>
    /// <param name="more">Rows to add.</param>
    /// <param name="length">Numbers of all blocks.</param>
    /// <param name="means">The means so far.</param>
    /// <param name="squares">The sums of squared distances so far.</param>
    /// <param name="moreMeans">The means to add.</param>
    /// <param name="moreSquares">The sums to add.</param>
    public abstract void Merge(long count, long more, int length, float* means, float* squares, float* moreMeans, float* moreSquares);

    private static IEnumerable<BatchNormKernels> Supported(bool isFloat32)
    {
        if (!BitConverter.IsLittleEndian)
            yield break;
        if (Vector512.IsHardwareAccelerated && Avx512F.IsSupported)
            yield return Of<Vectors512, Vector512<float>>(isFloat32);
        if (Vector256.IsHardwareAccelerated && Fma.IsSupported)
            yield return Of<Vectors256, Vector256<float>>(isFloat32);
        if (Vector128.IsHardwareAccelerated && (Fma.IsSupported || AdvSimd.Arm64.IsSupported))
            yield return Of<Vectors128, Vector128<float>>(isFloat32);
    }

    private static BatchNormKernels Of<TVectors, TVector>(bool isFloat32)
        where TVectors : struct, IVectors<TVector>
        where TVector : struct => isFloat32
            ? new BatchNormKernels<Float32Channels<TVectors, TVector>, TVectors, TVector>()
            : new BatchNormKernels<BFloat16Channels<TVectors, TVector>, TVectors, TVector>();
}

/// <summary>The numbers that a batch's statistics and the layer's parameters come to, by channel.</summary>
internal readonly unsafe struct NormalizedChannels(ChannelBlocks blocks, Bounds bounds, float* means, float* scales, float* shifts)
{
    public readonly ChannelBlocks Blocks = blocks;
    public readonly Bounds Bounds = bounds;
    public readonly float* Means = means;
    public readonly float* Scales = scales;
    public readonly float* Shifts = shifts;
}
