using System.Diagnostics.CodeAnalysis;
using static TorchSharp.torch;

namespace Ml.Cnn.Trainers.Layers;

/// <summary>Rectified linear unit, max(0, x). Kind "relu".</summary>
[Experimental(ExperimentalApi.Layers)]
public sealed class ReLU : Layer
{
    private readonly bool _inPlace;

    /// <summary>Creates the layer.</summary>
    /// <param name="inPlace">
    /// Whether the input's memory takes the output, which then needs no memory of its own; the caller must have no further use for the
    /// input. Default false. Under an open <see cref="ForwardTrace"/> the input is left alone, so that an observer sees it as it was.
    /// </param>
    public ReLU(bool inPlace = false) : base(LayerKinds.ReLU) => _inPlace = inPlace;

    internal override Bounds? Bounds => new(0, float.PositiveInfinity);

    /// <inheritdoc/>
    public override LayerDescription Describe() => new(Kind);

    /// <inheritdoc/>
    // relu_ returns the very handle it was given, which a container disposes: hence the alias.
    protected override Tensor Compute(Tensor input) => _inPlace && !ForwardTrace.IsOpen ? input.relu_().alias() : input.relu();

    internal override Tensor ComputeShape(Tensor input) => input.alias();
}

/// <summary>The logistic function, 1 / (1 + exp(−x)). Kind "sigmoid".</summary>
[Experimental(ExperimentalApi.Layers)]
public sealed class Sigmoid : Layer
{
    /// <summary>Creates the layer.</summary>
    public Sigmoid() : base(LayerKinds.Sigmoid) { }

    /// <inheritdoc/>
    public override LayerDescription Describe() => new(Kind);

    /// <inheritdoc/>
    protected override Tensor Compute(Tensor input) => input.sigmoid();
}

/// <summary>The hyperbolic tangent. Kind "tanh".</summary>
[Experimental(ExperimentalApi.Layers)]
public sealed class Tanh : Layer
{
    /// <summary>Creates the layer.</summary>
    public Tanh() : base(LayerKinds.Tanh) { }

    /// <inheritdoc/>
    public override LayerDescription Describe() => new(Kind);

    /// <inheritdoc/>
    protected override Tensor Compute(Tensor input) => input.tanh();
}
