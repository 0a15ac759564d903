using System.Diagnostics.CodeAnalysis;
using static TorchSharp.torch;

namespace Ml.Cnn.Trainers.Layers;

/// <summary>−x: turns distances and penalties into logits. Kind "negate".</summary>
[Experimental(ExperimentalApi.Layers)]
public sealed class Negate : Layer
{
    /// <summary>Creates the layer.</summary>
    public Negate() : base(LayerKinds.Negate) { }

    /// <inheritdoc/>
    public override LayerDescription Describe() => new(Kind);

    /// <inheritdoc/>
    protected override Tensor Compute(Tensor input) => input.neg();
}
