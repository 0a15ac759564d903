using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Ml.Cnn.Trainers.Layers;

/// <summary>How a residual block's input reaches its output (He et al. 2015, §3.3 and §4.1).</summary>
internal enum ResidualShortcut
{
    /// <summary>As it is, or through a 1 × 1 convolution with batch normalization where its shape changes: option B.</summary>
    Projection,

    /// <summary>As it is, or subsampled and with channels of zeros where its shape changes: option A, without parameters.</summary>
    ZeroPadding,

    /// <summary>Not at all: the block of a plain network.</summary>
    None,
}

/// <summary>
/// A residual block (He et al. 2015, figure 5): y = ReLU(F(x) + x), where F is two 3 × 3 convolutions, or a bottleneck of 1 × 1, 3 × 3 and 1 × 1,
/// each with batch normalization. N × C × H × W to N × K × H' × W'.
/// </summary>
/// <remarks>
/// A bottleneck's stride is in its 3 × 3 convolution, as in torchvision; the paper has it in the first 1 × 1. Parameters as in torchvision:
/// <c>conv1.weight</c>, <c>bn1.weight</c>, …, <c>downsample.0.weight</c>, <c>downsample.1.weight</c>, ….
/// </remarks>
internal sealed class ResidualBlock : Module<Tensor, Tensor>
{
    private readonly Layer conv1; // in the order of torchvision's parameters
    private readonly BatchNorm2d bn1;
    private readonly Layer conv2;
    private readonly BatchNorm2d bn2;
    private readonly Layer? conv3;
    private readonly BatchNorm2d? bn3;
    private readonly Layer relu;
    private readonly Module<Tensor, Tensor>? downsample;
    private readonly Add? add;

    /// <summary>Creates the block with freshly drawn weights.</summary>
    /// <param name="inChannels">Channels of the input, 1 or more.</param>
    /// <param name="outChannels">Channels of the output, 1 or more; no fewer than the input's with zero padding.</param>
    /// <param name="stride">By what factor height and width shrink, 1 or more. Default 1.</param>
    /// <param name="bottleneck">Channels of a bottleneck's 3 × 3 convolution; null, the default: two 3 × 3 convolutions of outChannels.</param>
    /// <param name="groups">Groups of a bottleneck's 3 × 3 convolution (Xie et al. 2016, figure 3c). Default 1.</param>
    /// <param name="shortcut">How the input reaches the output. Default: with a projection where its shape changes.</param>
    /// <exception cref="ArgumentOutOfRangeException">A number is outside its range.</exception>
    public ResidualBlock(int inChannels, int outChannels, int stride = 1, int? bottleneck = null, int groups = 1,
        ResidualShortcut shortcut = ResidualShortcut.Projection) : base(nameof(ResidualBlock))
    {
        if (bottleneck is { } width)
        {
            conv1 = new Conv2d(inChannels, width, kernel: 1, bias: false);
            bn1 = new BatchNorm2d(width);
            conv2 = new Conv2d(width, width, kernel: 3, stride, padding: 1, groups: groups, bias: false);
            bn2 = new BatchNorm2d(width);
            conv3 = new Conv2d(width, outChannels, kernel: 1, bias: false);
            bn3 = new BatchNorm2d(outChannels);
        }
        else
        {
            if (groups != 1)
                throw new ArgumentOutOfRangeException(nameof(groups), groups, "Only a bottleneck has groups.");
            conv1 = new Conv2d(inChannels, outChannels, kernel: 3, stride, padding: 1, bias: false);
            bn1 = new BatchNorm2d(outChannels);
            conv2 = new Conv2d(outChannels, outChannels, kernel: 3, padding: 1, bias: false);
            bn2 = new BatchNorm2d(outChannels);
        }
        relu = new ReLU(inPlace: true);
        if (shortcut != ResidualShortcut.None)
        {
            if (stride != 1 || inChannels != outChannels)
            {
                downsample = shortcut == ResidualShortcut.Projection
                    ? new Sequential(new Conv2d(inChannels, outChannels, kernel: 1, stride, bias: false), new BatchNorm2d(outChannels))
                    : new ZeroPaddedShortcut(inChannels, outChannels, stride);
            }
            add = new Add(inPlace: true);
        }
        RegisterComponents();
    }

    /// <summary>Applies the block.</summary>
    public override Tensor forward(Tensor input)
    {
        var residual = conv1.call(input).Apply(bn1, relu).Apply(conv2);
        var norm = bn2;
        if (conv3 is not null && bn3 is not null)
            (residual, norm) = (residual.Apply(bn2, relu).Apply(conv3), bn3);
        if (add is null)
            return residual.Apply(norm, relu);

        if (!add.HasHooks && norm.IsOneWith(relu, residual))
        {
            using var unnormalized = residual;
            using var addend = downsample?.call(input);
            return norm.With(relu, unnormalized, addend ?? input);
        }
        using var normalized = residual.Apply(norm);
        using var shortcut = downsample?.call(input);
        return add.call([normalized, shortcut ?? input]).Apply(relu);
    }
}
