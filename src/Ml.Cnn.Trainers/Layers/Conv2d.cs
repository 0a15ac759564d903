using System.Diagnostics.CodeAnalysis;
using TorchSharp.Modules;
using TorchSharp.Utils;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Ml.Cnn.Trainers.Layers;

/// <summary>A two-dimensional convolution: N × C × H × W to N × K × H' × W'. Kind "conv2d".</summary>
/// <remarks>
/// Parameters <c>weight</c> (K × C/groups × kernel height × kernel width) and, if asked for, <c>bias</c> (K), both float32 and
/// uniform over ±1/√fan_in as in PyTorch. An input of another type is converted to the weight's, so a network whose convolutions
/// were turned to bfloat16 takes float32 images.
/// </remarks>
[Experimental(ExperimentalApi.Layers)]
public sealed class Conv2d : Layer, IComputesIn
{
    private readonly long[] _stride;
    private readonly long[] _padding;
    private readonly long[] _dilation;

    /// <summary>Creates the layer with freshly drawn weights.</summary>
    /// <param name="inChannels">Channels of the input, 1 or more.</param>
    /// <param name="outChannels">Filters, 1 or more: channels of the output.</param>
    /// <param name="kernel">Height and width of a filter, 1 or more.</param>
    /// <param name="stride">Pixels between two positions of the filter, 1 or more. Default 1.</param>
    /// <param name="padding">Zeros added on each side, 0 or more. Default 0.</param>
    /// <param name="dilation">Pixels between two taps of the filter, 1 or more. Default 1.</param>
    /// <param name="groups">Groups of channels that are convolved apart; divides both channel counts. Default 1.</param>
    /// <param name="bias">Whether a bias is added. Default true; batch normalization after the layer makes it idle.</param>
    /// <exception cref="ArgumentOutOfRangeException">A number is outside its range.</exception>
    public Conv2d(int inChannels, int outChannels, Size2d kernel, Size2d? stride = null, Size2d? padding = null, Size2d? dilation = null,
        int groups = 1, bool bias = true) : base(LayerKinds.Conv2d)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(inChannels, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(outChannels, 1);
        if (groups < 1 || inChannels % groups != 0 || outChannels % groups != 0)
            throw new ArgumentOutOfRangeException(nameof(groups), groups, $"The groups must divide {inChannels} input and {outChannels} output channels.");
        InChannels = inChannels;
        OutChannels = outChannels;
        Kernel = kernel.AtLeast(1, nameof(kernel));
        Stride = (stride ?? 1).AtLeast(1, nameof(stride));
        Padding = (padding ?? 0).AtLeast(0, nameof(padding));
        Dilation = (dilation ?? 1).AtLeast(1, nameof(dilation));
        Groups = groups;
        (_stride, _padding, _dilation) = (Stride.ToArray(), Padding.ToArray(), Dilation.ToArray());

        var bound = Parameters.Bound((long)(inChannels / groups) * kernel.Height * kernel.Width);
        Weight = Parameters.Uniform(bound, outChannels, inChannels / groups, kernel.Height, kernel.Width);
        Bias = bias ? Parameters.Uniform(bound, outChannels) : null;
        RegisterComponents();
    }

    /// <summary>Channels of the input.</summary>
    public int InChannels { get; }

    /// <summary>Channels of the output.</summary>
    public int OutChannels { get; }

    /// <summary>Height and width of a filter.</summary>
    public Size2d Kernel { get; }

    /// <summary>Pixels between two positions of the filter.</summary>
    public Size2d Stride { get; }

    /// <summary>Zeros added on each side.</summary>
    public Size2d Padding { get; }

    /// <summary>Pixels between two taps of the filter.</summary>
    public Size2d Dilation { get; }

    /// <summary>Groups of channels that are convolved apart.</summary>
    public int Groups { get; }

    /// <summary>The filters: K × C/groups × kernel height × kernel width.</summary>
    [field: ComponentName(Name = "weight")]
    public Parameter Weight { get; private set; }

    /// <summary>One number per filter, or null.</summary>
    [field: ComponentName(Name = "bias")]
    public Parameter? Bias { get; private set; }

    ScalarType? IComputesIn.ComputeType { get; set; }

    /// <inheritdoc/>
    public override LayerDescription Describe() => new LayerDescription(Kind)
        .With(LayerAttributes.Kernel, Kernel).With(LayerAttributes.Stride, Stride).With(LayerAttributes.Padding, Padding)
        .With(LayerAttributes.Dilation, Dilation).With(LayerAttributes.Groups, Groups)
        .WithWeight(WeightRoles.Weight, Weight).WithWeight(WeightRoles.Bias, Bias)
        .WithMultiplyAdds((double)(InChannels / Groups) * Kernel.Height * Kernel.Width);

    /// <inheritdoc/>
    protected override Tensor Compute(Tensor input) =>
        this.Apply(input, Weight, Bias, (x, weight, bias) => PatchProduct.IsCompatible(this, x)
            ? PatchProduct.Of(this, x, weight, bias)
            : SeenTaps.AreFew(this, x) ? SeenTaps.Of(this, x, weight, bias)
            : functional.conv2d(x, weight, bias, _stride, _padding, _dilation, Groups));

    internal override Tensor ComputeShape(Tensor input) =>
        empty([input.shape[0], OutChannels, OutputHeight(input.shape[2]), OutputWidth(input.shape[3])], device: input.device);

    /// <summary>The output's height for an input's.</summary>
    internal long OutputHeight(long height) => Positions(height, Kernel.Height, Stride.Height, Padding.Height, Dilation.Height);

    /// <summary>The output's width for an input's.</summary>
    internal long OutputWidth(long width) => Positions(width, Kernel.Width, Stride.Width, Padding.Width, Dilation.Width);

    private static long Positions(long size, int kernel, int stride, int padding, int dilation) =>
        (size + 2 * padding - dilation * (kernel - 1) - 1) / stride + 1;
}
