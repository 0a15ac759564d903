using System.Diagnostics.CodeAnalysis;
using static TorchSharp.torch;

namespace Ml.Cnn.Trainers.Layers;

/// <summary>Tensors side by side along one dimension: the ends of an Inception or dense block. Kind "concat".</summary>
[Experimental(ExperimentalApi.Layers)]
public sealed class Concatenate : JoinLayer
{
    /// <summary>Creates the layer.</summary>
    /// <param name="dimension">The dimension along which the inputs may differ in length. Default 1, the channels.</param>
    public Concatenate(int dimension = 1) : base(LayerKinds.Concatenate) => Dimension = dimension;

    /// <summary>The dimension along which the inputs lie side by side.</summary>
    public int Dimension { get; }

    /// <inheritdoc/>
    public override LayerDescription Describe() => new LayerDescription(Kind).With(LayerAttributes.Dimension, Dimension);

    /// <inheritdoc/>
    protected override Tensor Compute(Tensor[] inputs)
    {
        if (inputs.Length == 0)
            throw new ArgumentException("Nothing to concatenate.", nameof(inputs));
        return cat(inputs, Dimension);
    }
}
