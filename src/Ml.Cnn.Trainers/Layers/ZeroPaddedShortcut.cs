using TorchSharp;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Ml.Cnn.Trainers.Layers;

/// <summary>
/// A residual block's shortcut without parameters: every stride-th pixel of every stride-th row, and channels of zeros behind the input's
/// (He et al. 2015, §3.3, option A). N × C × H × W to N × K × ⌈H / stride⌉ × ⌈W / stride⌉. Kind "zero_padded_shortcut".
/// </summary>
internal sealed class ZeroPaddedShortcut : Layer
{
    /// <summary>Creates the layer.</summary>
    /// <param name="inChannels">Channels of the input, 1 or more.</param>
    /// <param name="outChannels">Channels of the output, as many as the input's or more.</param>
    /// <param name="stride">Pixels from one that is kept to the next, 1 or more. Default 1.</param>
    /// <exception cref="ArgumentOutOfRangeException">A number is outside its range.</exception>
    public ZeroPaddedShortcut(int inChannels, int outChannels, int stride = 1) : base(LayerKinds.ZeroPaddedShortcut)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(inChannels, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(outChannels, inChannels);
        ArgumentOutOfRangeException.ThrowIfLessThan(stride, 1);
        (InChannels, OutChannels, Stride) = (inChannels, outChannels, stride);
    }

    /// <summary>Channels of the input.</summary>
    public int InChannels { get; }

    /// <summary>Channels of the output.</summary>
    public int OutChannels { get; }

    /// <summary>Pixels from one that is kept to the next.</summary>
    public int Stride { get; }

    /// <inheritdoc/>
    public override LayerDescription Describe() => new LayerDescription(Kind)
        .With(LayerAttributes.InChannels, InChannels).With(LayerAttributes.OutChannels, OutChannels).With(LayerAttributes.Stride, new Size2d(Stride, Stride));

    /// <inheritdoc/>
    protected override Tensor Compute(Tensor input)
    {
        using var rows = input.slice(2, 0, input.size(2), Stride);
        using var pixels = rows.slice(3, 0, input.size(3), Stride);
        // Width, height, then channels: none before, the missing ones behind.
        return functional.pad(pixels, [0, 0, 0, 0, 0, OutChannels - InChannels], PaddingModes.Constant, 0);
    }
}
