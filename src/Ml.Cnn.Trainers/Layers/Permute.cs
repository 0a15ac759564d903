using System.Diagnostics.CodeAnalysis;
using static TorchSharp.torch;

namespace Ml.Cnn.Trainers.Layers;

/// <summary>The same numbers with the dimensions in another order. Kind "permute".</summary>
[Experimental(ExperimentalApi.Layers)]
public sealed class Permute : Layer
{
    private readonly long[] _dimensions;

    /// <summary>Creates the layer.</summary>
    /// <param name="dimensions">For each dimension of the output, the input's: 0, 2, 3, 1 makes N × H × W × C of N × C × H × W.</param>
    /// <exception cref="ArgumentException">A dimension is missing or appears twice.</exception>
    public Permute(params IReadOnlyList<int> dimensions) : base(LayerKinds.Permute)
    {
        ArgumentNullException.ThrowIfNull(dimensions);
        if (!dimensions.Order().SequenceEqual(Enumerable.Range(0, dimensions.Count)))
            throw new ArgumentException($"Not an order of {dimensions.Count} dimensions: {string.Join(", ", dimensions)}.", nameof(dimensions));
        Dimensions = [.. dimensions];
        _dimensions = [.. dimensions];
    }

    /// <summary>For each dimension of the output, the input's.</summary>
    public IReadOnlyList<int> Dimensions { get; }

    /// <inheritdoc/>
    public override LayerDescription Describe() => new LayerDescription(Kind).With(LayerAttributes.Dimensions, Dimensions);

    /// <inheritdoc/>
    protected override Tensor Compute(Tensor input) => input.permute(_dimensions);
}
