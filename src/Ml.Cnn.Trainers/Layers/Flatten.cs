using static TorchSharp.torch;

namespace Ml.Cnn.Trainers.Layers;

/// <summary>One row per image: N × C × H × W to N × (C · H · W). Kind "flatten".</summary>
public sealed class Flatten : Layer
{
    /// <summary>Creates the layer.</summary>
    public Flatten() : base("flatten") { }

    /// <inheritdoc/>
    protected override Tensor Compute(Tensor input) => input.flatten(1);
}
