using static TorchSharp.torch;

namespace Ml.Cnn.Trainers.Layers;

/// <summary>Passes its input on: the place of a layer that was taken out. Kind "identity".</summary>
public sealed class Identity : Layer
{
    /// <summary>Creates the layer.</summary>
    public Identity() : base("identity") { }

    /// <inheritdoc/>
    protected override Tensor Compute(Tensor input) => input.alias();
}
