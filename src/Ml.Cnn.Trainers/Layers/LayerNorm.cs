using System.Diagnostics.CodeAnalysis;
using TorchSharp.Modules;
using TorchSharp.Utils;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Ml.Cnn.Trainers.Layers;

/// <summary>
/// Layer normalization over the last dimension (Ba et al. 2016, "Layer normalization", equation 3): … × features to the same. Kind "layer_norm".
/// </summary>
/// <remarks>Parameters <c>weight</c> (the gain, starts at 1) and <c>bias</c> (starts at 0), float32, as is the arithmetic beside a bfloat16 input.</remarks>
[Experimental(ExperimentalApi.Layers)]
public sealed class LayerNorm : LayerNormOverFeatures
{
    /// <summary>Creates the layer.</summary>
    /// <param name="features">Length of the last dimension, 1 or more.</param>
    /// <param name="epsilon">Added to the variance, above 0. Default 1e-5.</param>
    /// <exception cref="ArgumentOutOfRangeException">A number is outside its range.</exception>
    public LayerNorm(int features, double epsilon = 1e-5) : base(LayerKinds.LayerNorm, features, epsilon, dimension: -1) { }

    /// <inheritdoc/>
    protected override Tensor Compute(Tensor input) => NormalizeLast(input);
}

/// <summary>
/// Layer normalization of each pixel over its channels (Liu et al. 2022, "A ConvNet for the 2020s", §2.6): N × C × H × W to the same.
/// Kind "layer_norm2d".
/// </summary>
/// <remarks>Parameters and arithmetic as <see cref="LayerNorm"/>'s.</remarks>
[Experimental(ExperimentalApi.Layers)]
public sealed class LayerNorm2d : LayerNormOverFeatures
{
    /// <summary>Creates the layer.</summary>
    /// <param name="channels">Channels of the input, 1 or more.</param>
    /// <param name="epsilon">Added to the variance, above 0. Default 1e-5.</param>
    /// <exception cref="ArgumentOutOfRangeException">A number is outside its range.</exception>
    public LayerNorm2d(int channels, double epsilon = 1e-5) : base(LayerKinds.LayerNorm2d, channels, epsilon, dimension: 1) { }

    /// <inheritdoc/>
    protected override Tensor Compute(Tensor input)
    {
        using var pixels = input.permute(0, 2, 3, 1);
        using var normalized = NormalizeLast(pixels);
        return normalized.permute(0, 3, 1, 2);
    }
}

/// <summary>Layer normalization with one gain and one offset for each feature.</summary>
[Experimental(ExperimentalApi.Layers)]
public abstract class LayerNormOverFeatures : Layer
{
    // Not private: TorchSharp finds no private field of a base class.
    [ComponentName(Name = "weight")]
    private protected Parameter _weight;

    [ComponentName(Name = "bias")]
    private protected Parameter _bias;

    private readonly int _dimension;

    private protected LayerNormOverFeatures(string kind, int features, double epsilon, int dimension) : base(kind)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(features, 1);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(epsilon);
        (Features, Epsilon, _dimension) = (features, epsilon, dimension);
        _weight = Parameters.Constant(1, features);
        _bias = Parameters.Constant(0, features);
        RegisterComponents();
    }

    /// <summary>Length of the dimension that is normalized.</summary>
    public int Features { get; }

    /// <summary>What is added to the variance.</summary>
    public double Epsilon { get; }

    /// <summary>The gain: one factor per feature.</summary>
    public Parameter Weight => _weight;

    /// <summary>One offset per feature.</summary>
    public Parameter Bias => _bias;

    /// <inheritdoc/>
    public sealed override LayerDescription Describe() => new LayerDescription(Kind)
        .With(LayerAttributes.Dimension, _dimension).With(LayerAttributes.Epsilon, Epsilon)
        .WithWeight(WeightRoles.Weight, Weight).WithWeight(WeightRoles.Bias, Bias);

    internal sealed override Tensor ComputeShape(Tensor input) => input.alias();

    /// <summary>Normalizes the last dimension in the weights' type, and gives the result in the input's.</summary>
    private protected Tensor NormalizeLast(Tensor input)
    {
        if (input.dtype == Weight.dtype)
            return functional.layer_norm(input, Weight.shape, Weight, Bias, Epsilon);
        using var converted = input.to(Weight.dtype);
        using var normalized = functional.layer_norm(converted, Weight.shape, Weight, Bias, Epsilon);
        return normalized.to(input.dtype);
    }
}
