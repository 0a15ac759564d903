using System.Diagnostics.CodeAnalysis;
using TorchSharp;
using static TorchSharp.torch;

namespace Ml.Cnn.Trainers.Layers;

/// <summary>The sum of two tensors of one shape: a residual connection (He et al. 2015, equation 1). Kind "add".</summary>
[Experimental(ExperimentalApi.Layers)]
public sealed class Add : JoinLayer
{
    private static readonly Scalar s_one = 1.ToScalar();

    private readonly bool _inPlace;

    /// <summary>Creates the layer.</summary>
    /// <param name="inPlace">
    /// Whether the first input's memory takes the sum; the caller must have no further use for that input. Default false. Under an open
    /// <see cref="ForwardTrace"/> the inputs are left alone.
    /// </param>
    public Add(bool inPlace = false) : base(LayerKinds.Add) => _inPlace = inPlace;

    /// <inheritdoc/>
    public override LayerDescription Describe() => new(Kind);

    /// <inheritdoc/>
    protected override Tensor Compute(Tensor[] inputs)
    {
        if (inputs.Length != 2)
            throw new ArgumentException($"A sum takes two tensors; {inputs.Length} came.", nameof(inputs));
        return _inPlace && !ForwardTrace.IsOpen ? inputs[0].add_(inputs[1], alpha: s_one).alias() : inputs[0].add(inputs[1], alpha: s_one);
    }
}
