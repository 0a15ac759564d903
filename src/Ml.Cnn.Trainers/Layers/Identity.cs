using System.Diagnostics.CodeAnalysis;
using static TorchSharp.torch;

namespace Ml.Cnn.Trainers.Layers;

/// <summary>Passes its input on: the place of a layer that was taken out. Kind "identity".</summary>
[Experimental(ExperimentalApi.Layers)]
public sealed class Identity : Layer
{
    /// <summary>Creates the layer.</summary>
    public Identity() : base(LayerKinds.Identity) { }

    /// <inheritdoc/>
    public override LayerDescription Describe() => new(Kind);

    /// <inheritdoc/>
    protected override Tensor Compute(Tensor input) => input.alias();
}
