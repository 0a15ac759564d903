using static TorchSharp.torch;

namespace Ml.Cnn.Trainers.Layers;

/// <summary>−x: turns distances and penalties into logits. Kind "negate".</summary>
public sealed class Negate : Layer
{
    /// <summary>Creates the layer.</summary>
    public Negate() : base("negate") { }

    /// <inheritdoc/>
    protected override Tensor Compute(Tensor input) => input.neg();
}
