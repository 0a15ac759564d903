using System.Diagnostics.CodeAnalysis;
using TorchSharp;
using static TorchSharp.torch;

namespace Ml.Cnn.Trainers.Layers;

/// <summary>min(max(0, x), 6): a rectified unit that stays precise in few bits (Howard et al. 2017; Sandler et al. 2018, §6). Kind "relu6".</summary>
[Experimental(ExperimentalApi.Layers)]
public sealed class ReLU6 : Layer
{
    private readonly bool _inPlace;

    /// <summary>Creates the layer.</summary>
    /// <param name="inPlace">Whether the input's memory takes the output: see <see cref="ReLU"/>. Default false.</param>
    public ReLU6(bool inPlace = false) : base(LayerKinds.ReLU6) => _inPlace = inPlace;

    internal override Bounds? Bounds => new(0, 6);

    /// <inheritdoc/>
    public override LayerDescription Describe() => new(Kind);

    /// <inheritdoc/>
    protected override Tensor Compute(Tensor input) =>
        _inPlace && !ForwardTrace.IsOpen ? nn.functional.relu6(input, inplace: true).alias() : nn.functional.relu6(input);

    internal override Tensor ComputeShape(Tensor input) => input.alias();
}

/// <summary>
/// x where x is positive, else slope · x (Maas et al. 2013, "Rectifier nonlinearities improve neural network acoustic models"). Kind "leaky_relu".
/// </summary>
[Experimental(ExperimentalApi.Layers)]
public sealed class LeakyReLU : Layer
{
    private readonly bool _inPlace;

    /// <summary>Creates the layer.</summary>
    /// <param name="slope">The slope for negative values, from 0 to below 1. Default 0.01, as in the paper.</param>
    /// <param name="inPlace">Whether the input's memory takes the output: see <see cref="ReLU"/>. Default false.</param>
    /// <exception cref="ArgumentOutOfRangeException">The slope is outside its range.</exception>
    public LeakyReLU(double slope = 0.01, bool inPlace = false) : base(LayerKinds.LeakyReLU)
    {
        if (slope is not (>= 0 and < 1))
            throw new ArgumentOutOfRangeException(nameof(slope), slope, "The slope for negative values lies between 0 and below 1.");
        Slope = slope;
        // A slope of 0 leaves nothing of a negative input, from which the backward pass could tell that it was negative.
        _inPlace = inPlace && slope > 0;
    }

    /// <summary>The slope for negative values.</summary>
    public double Slope { get; }

    /// <inheritdoc/>
    public override LayerDescription Describe() => new LayerDescription(Kind).With(LayerAttributes.Slope, Slope);

    /// <inheritdoc/>
    protected override Tensor Compute(Tensor input)
    {
        using var slope = Slope.ToScalar();
        return _inPlace && !ForwardTrace.IsOpen ? input.leaky_relu_(slope).alias() : input.leaky_relu(slope);
    }
}

/// <summary>min(max(0, x + 3), 6) / 6: the logistic function in straight lines (Howard et al. 2019, §5.2). Kind "hardsigmoid".</summary>
[Experimental(ExperimentalApi.Layers)]
public sealed class Hardsigmoid : Layer
{
    /// <summary>Creates the layer.</summary>
    public Hardsigmoid() : base(LayerKinds.Hardsigmoid) { }

    /// <inheritdoc/>
    public override LayerDescription Describe() => new(Kind);

    /// <inheritdoc/>
    protected override Tensor Compute(Tensor input) => nn.functional.hardsigmoid(input);
}

/// <summary>x · min(max(0, x + 3), 6) / 6: SiLU in straight lines (Howard et al. 2019, §5.2). Kind "hardswish".</summary>
[Experimental(ExperimentalApi.Layers)]
public sealed class Hardswish : Layer
{
    /// <summary>Creates the layer.</summary>
    public Hardswish() : base(LayerKinds.Hardswish) { }

    /// <inheritdoc/>
    public override LayerDescription Describe() => new(Kind);

    /// <inheritdoc/>
    protected override Tensor Compute(Tensor input) => nn.functional.hardswish(input);

    internal override Tensor ComputeShape(Tensor input) => input.alias();
}
