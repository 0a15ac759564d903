using System.Diagnostics.CodeAnalysis;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Ml.Cnn.Trainers.Layers;

/// <summary>A pooling over windows that slide over each channel: N × C × H × W to N × C × H' × W'.</summary>
[Experimental(ExperimentalApi.Layers)]
public abstract class WindowPool2d : Layer
{
    private readonly long[] _kernel;
    private readonly long[] _stride;
    private readonly long[] _padding;

    private protected WindowPool2d(string kind, Size2d kernel, Size2d? stride, Size2d? padding, bool ceilMode) : base(kind)
    {
        Kernel = kernel.AtLeast(1, nameof(kernel));
        Stride = (stride ?? kernel).AtLeast(1, nameof(stride));
        Padding = (padding ?? 0).AtLeast(0, nameof(padding));
        CeilMode = ceilMode;
        (_kernel, _stride, _padding) = (Kernel.ToArray(), Stride.ToArray(), Padding.ToArray());
    }

    /// <summary>Height and width of the window.</summary>
    public Size2d Kernel { get; }

    /// <summary>Pixels between two windows.</summary>
    public Size2d Stride { get; }

    /// <summary>Pixels added on each side.</summary>
    public Size2d Padding { get; }

    /// <summary>Whether a last window that is only partly inside counts.</summary>
    public bool CeilMode { get; }

    /// <inheritdoc/>
    public override LayerDescription Describe() => new LayerDescription(Kind)
        .With(LayerAttributes.Kernel, Kernel).With(LayerAttributes.Stride, Stride).With(LayerAttributes.Padding, Padding)
        .With(LayerAttributes.CeilMode, CeilMode);

    /// <inheritdoc/>
    protected sealed override Tensor Compute(Tensor input) => Pool(input, _kernel, _stride, _padding);

    private protected abstract Tensor Pool(Tensor input, long[] kernel, long[] stride, long[] padding);
}

/// <summary>The largest value of each window. Kind "max_pool2d".</summary>
[Experimental(ExperimentalApi.Layers)]
public sealed class MaxPool2d : WindowPool2d
{
    private static readonly long[] NoDilation = [1, 1];

    /// <summary>Creates the layer.</summary>
    /// <param name="kernel">Height and width of the window, 1 or more.</param>
    /// <param name="stride">Pixels between two windows, 1 or more. Default: the window's size.</param>
    /// <param name="padding">Pixels of −∞ on each side, from 0 to half the window. Default 0.</param>
    /// <param name="ceilMode">Whether a last window that is only partly inside counts. Default false.</param>
    /// <exception cref="ArgumentOutOfRangeException">A number is outside its range.</exception>
    public MaxPool2d(Size2d kernel, Size2d? stride = null, Size2d? padding = null, bool ceilMode = false)
        : base(LayerKinds.MaxPool2d, kernel, stride, padding, ceilMode) { }

    private protected override Tensor Pool(Tensor input, long[] kernel, long[] stride, long[] padding) =>
        functional.max_pool2d(input, kernel, stride, padding, NoDilation, CeilMode);
}

/// <summary>The mean of each window. Kind "avg_pool2d".</summary>
[Experimental(ExperimentalApi.Layers)]
public sealed class AvgPool2d : WindowPool2d
{
    /// <summary>Creates the layer.</summary>
    /// <param name="kernel">Height and width of the window, 1 or more.</param>
    /// <param name="stride">Pixels between two windows, 1 or more. Default: the window's size.</param>
    /// <param name="padding">Zeros on each side, from 0 to half the window. Default 0.</param>
    /// <param name="ceilMode">Whether a last window that is only partly inside counts; its mean is that of what is inside. Default false.</param>
    /// <param name="countIncludePad">Whether <paramref name="padding"/> counts in the mean. Default true.</param>
    /// <exception cref="ArgumentOutOfRangeException">A number is outside its range.</exception>
    public AvgPool2d(Size2d kernel, Size2d? stride = null, Size2d? padding = null, bool ceilMode = false, bool countIncludePad = true)
        : base(LayerKinds.AvgPool2d, kernel, stride, padding, ceilMode) => CountIncludePad = countIncludePad;

    /// <summary>Whether padding counts in the mean.</summary>
    public bool CountIncludePad { get; }

    /// <inheritdoc/>
    public override LayerDescription Describe() => base.Describe().With(LayerAttributes.CountIncludePad, CountIncludePad);

    private protected override Tensor Pool(Tensor input, long[] kernel, long[] stride, long[] padding) =>
        Kernel == 2 && Stride == 2 && Padding == 0 && PairwiseMean.IsCompatible(input)
            ? PairwiseMean.Of(input)
            : functional.avg_pool2d(input, kernel, stride, padding, CeilMode, CountIncludePad);
}

/// <summary>Means over as many windows as make an output of a fixed size: N × C × H × W to N × C × output. Kind "adaptive_avg_pool2d".</summary>
[Experimental(ExperimentalApi.Layers)]
public sealed class AdaptiveAvgPool2d : Layer
{
    /// <summary>Creates the layer.</summary>
    /// <param name="output">Height and width of the output, 1 or more; 1 is global average pooling (Lin et al. 2013, §3.2).</param>
    /// <exception cref="ArgumentOutOfRangeException">A number is outside its range.</exception>
    public AdaptiveAvgPool2d(Size2d output) : base(LayerKinds.AdaptiveAvgPool2d) => Output = output.AtLeast(1, nameof(output));

    /// <summary>Height and width of the output.</summary>
    public Size2d Output { get; }

    /// <inheritdoc/>
    public override LayerDescription Describe() => new LayerDescription(Kind).With(LayerAttributes.Output, Output);

    /// <inheritdoc/>
    protected override Tensor Compute(Tensor input) => functional.adaptive_avg_pool2d(input, (Output.Height, Output.Width));

    internal override Tensor ComputeShape(Tensor input) =>
        empty([input.shape[0], input.shape[1], Output.Height, Output.Width], device: input.device);
}
