using System.Diagnostics.CodeAnalysis;
using static TorchSharp.torch;

namespace Ml.Cnn.Trainers.Layers;

/// <summary>One row per image: N × C × H × W to N × (C · H · W). Kind "flatten".</summary>
[Experimental(ExperimentalApi.Layers)]
public sealed class Flatten : Layer
{
    /// <summary>Creates the layer.</summary>
    public Flatten() : base(LayerKinds.Flatten) { }

    /// <inheritdoc/>
    public override LayerDescription Describe() => new LayerDescription(Kind).With(LayerAttributes.Dimension, 1);

    /// <inheritdoc/>
    protected override Tensor Compute(Tensor input) => input.flatten(1);
}
