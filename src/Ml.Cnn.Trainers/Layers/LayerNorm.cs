using System.Diagnostics.CodeAnalysis;
using TorchSharp.Modules;
using TorchSharp.Utils;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Ml.Cnn.Trainers.Layers;

/// <summary>Layer normalization over the last dimension (Ba et al. 2016, "Layer normalization", equation 3): … × features to the same. Kind "layer_norm".</summary>
/// <remarks>Parameters <c>weight</c> (the gain, starts at 1) and <c>bias</c> (starts at 0), float32, as is the arithmetic beside a bfloat16 input.</remarks>
[Experimental(ExperimentalApi.Layers)]
public sealed class LayerNorm : Layer
{
    /// <summary>Creates the layer.</summary>
    /// <param name="features">Length of the last dimension, 1 or more.</param>
    /// <param name="epsilon">Added to the variance, above 0. Default 1e-5.</param>
    /// <exception cref="ArgumentOutOfRangeException">A number is outside its range.</exception>
    public LayerNorm(int features, double epsilon = 1e-5) : base(LayerKinds.LayerNorm)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(features, 1);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(epsilon);
        Features = features;
        Epsilon = epsilon;
        Weight = Parameters.Constant(1, features);
        Bias = Parameters.Constant(0, features);
        RegisterComponents();
    }

    /// <summary>Length of the last dimension.</summary>
    public int Features { get; }

    /// <summary>What is added to the variance.</summary>
    public double Epsilon { get; }

    /// <summary>The gain: one factor per feature.</summary>
    [field: ComponentName(Name = "weight")]
    public Parameter Weight { get; private set; }

    /// <summary>One offset per feature.</summary>
    [field: ComponentName(Name = "bias")]
    public Parameter Bias { get; private set; }

    /// <inheritdoc/>
    public override LayerDescription Describe() => new LayerDescription(Kind)
        .With(LayerAttributes.Dimension, -1).With(LayerAttributes.Epsilon, Epsilon)
        .WithWeight(WeightRoles.Weight, Weight).WithWeight(WeightRoles.Bias, Bias);

    /// <inheritdoc/>
    protected override Tensor Compute(Tensor input) => Normalize(input, Weight, Bias, Epsilon);

    internal override Tensor ComputeShape(Tensor input) => input.alias();

    /// <summary>Normalizes the last dimension in the weights' type, and gives the result in the input's.</summary>
    internal static Tensor Normalize(Tensor input, Parameter weight, Parameter bias, double epsilon)
    {
        if (input.dtype == weight.dtype)
            return functional.layer_norm(input, weight.shape, weight, bias, epsilon);
        using var converted = input.to(weight.dtype);
        using var normalized = functional.layer_norm(converted, weight.shape, weight, bias, epsilon);
        return normalized.to(input.dtype);
    }
}

/// <summary>
/// Layer normalization of each pixel over its channels (Liu et al. 2022, "A ConvNet for the 2020s", §2.6): N × C × H × W to the same.
/// Kind "layer_norm2d".
/// </summary>
/// <remarks>Parameters and arithmetic as <see cref="LayerNorm"/>'s.</remarks>
[Experimental(ExperimentalApi.Layers)]
public sealed class LayerNorm2d : Layer
{
    /// <summary>Creates the layer.</summary>
    /// <param name="channels">Channels of the input, 1 or more.</param>
    /// <param name="epsilon">Added to the variance, above 0. Default 1e-5.</param>
    /// <exception cref="ArgumentOutOfRangeException">A number is outside its range.</exception>
    public LayerNorm2d(int channels, double epsilon = 1e-5) : base(LayerKinds.LayerNorm2d)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(channels, 1);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(epsilon);
        Channels = channels;
        Epsilon = epsilon;
        Weight = Parameters.Constant(1, channels);
        Bias = Parameters.Constant(0, channels);
        RegisterComponents();
    }

    /// <summary>Channels of the input and the output.</summary>
    public int Channels { get; }

    /// <summary>What is added to the variance.</summary>
    public double Epsilon { get; }

    /// <summary>The gain: one factor per channel.</summary>
    [field: ComponentName(Name = "weight")]
    public Parameter Weight { get; private set; }

    /// <summary>One offset per channel.</summary>
    [field: ComponentName(Name = "bias")]
    public Parameter Bias { get; private set; }

    /// <inheritdoc/>
    public override LayerDescription Describe() => new LayerDescription(Kind)
        .With(LayerAttributes.Dimension, 1).With(LayerAttributes.Epsilon, Epsilon)
        .WithWeight(WeightRoles.Weight, Weight).WithWeight(WeightRoles.Bias, Bias);

    /// <inheritdoc/>
    protected override Tensor Compute(Tensor input)
    {
        using var pixels = input.permute(0, 2, 3, 1);
        using var normalized = LayerNorm.Normalize(pixels, Weight, Bias, Epsilon);
        return normalized.permute(0, 3, 1, 2);
    }

    internal override Tensor ComputeShape(Tensor input) => input.alias();
}
