using Ml.Cnn.Trainers.Layers;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Ml.Cnn.Trainers.Compilation;

/// <summary>
/// A linear layer that was made for feature maps of one size, applied at every place of a larger one: the convolution that has the same weights (Simonyan and
/// Zisserman 2014, section 3.2). It shares them.
/// </summary>
internal sealed class LinearEverywhere : Layer
{
    private readonly LayerDescription _description;
    private readonly Tensor _weight; // outputs × channels × height × width
    private readonly Tensor? _bias;

    /// <param name="linear">The linear layer's description.</param>
    /// <param name="channels">Channels of the maps that it takes.</param>
    /// <param name="size">Height and width of the maps that it was made for.</param>
    public LinearEverywhere(LayerDescription linear, int channels, Size2d size) : base(LayerKinds.Conv2d)
    {
        var matrix = linear.Weight(WeightRoles.Weight)!;
        _weight = matrix.detach().view(matrix.shape[0], channels, size.Height, size.Width).DetachFromDisposeScope();
        _bias = linear.Weight(WeightRoles.Bias)?.detach().DetachFromDisposeScope();
        _description = new LayerDescription(Kind)
            .With(LayerAttributes.Kernel, size).With(LayerAttributes.Stride, 1).With(LayerAttributes.Padding, 0)
            .With(LayerAttributes.Dilation, 1).With(LayerAttributes.Groups, 1)
            .WithWeight(WeightRoles.Weight, _weight).WithWeight(WeightRoles.Bias, _bias)
            .WithMultiplyAdds((double)channels * size.Height * size.Width);
    }

    /// <summary>Channels of the output.</summary>
    public int Outputs => (int)_weight.shape[0];

    public override LayerDescription Describe() => _description;

    protected override Tensor Compute(Tensor input) => functional.conv2d(input, _weight, _bias);
}
