using System.Diagnostics.CodeAnalysis;
using static TorchSharp.torch;

namespace Ml.Cnn.Trainers.Layers;

/// <summary>
/// The product of two tensors, the second of which may have length 1 where the first is longer: a squeeze-and-excitation block's
/// scaling of channels (Hu et al. 2017, equation 4). Kind "multiply".
/// </summary>
[Experimental(ExperimentalApi.Layers)]
public sealed class Multiply : JoinLayer
{
    /// <summary>Creates the layer.</summary>
    public Multiply() : base(LayerKinds.Multiply) { }

    /// <inheritdoc/>
    public override LayerDescription Describe() => new(Kind);

    /// <inheritdoc/>
    protected override Tensor Compute(Tensor[] inputs)
    {
        if (inputs.Length != 2)
            throw new ArgumentException($"A product takes two tensors; {inputs.Length} came.", nameof(inputs));
        return inputs[0].mul(inputs[1]);
    }
}
