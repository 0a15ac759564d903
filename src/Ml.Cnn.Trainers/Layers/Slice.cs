using System.Diagnostics.CodeAnalysis;
using static TorchSharp.torch;

namespace Ml.Cnn.Trainers.Layers;

/// <summary>A range along one dimension, such as the first half of the channels: N × C × H × W to N × length × H × W. Kind "slice".</summary>
/// <remarks>The output is a view of the input's memory; nothing may overwrite it where the input has other uses.</remarks>
[Experimental(ExperimentalApi.Layers)]
public sealed class Slice : Layer
{
    /// <summary>Creates the layer.</summary>
    /// <param name="start">The first position, 0 or more.</param>
    /// <param name="length">How many positions, 1 or more.</param>
    /// <param name="dimension">The dimension that is cut. Default 1, the channels.</param>
    /// <exception cref="ArgumentOutOfRangeException">A number is outside its range.</exception>
    public Slice(int start, int length, int dimension = 1) : base(LayerKinds.Slice)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(start);
        ArgumentOutOfRangeException.ThrowIfLessThan(length, 1);
        Start = start;
        Length = length;
        Dimension = dimension;
    }

    /// <summary>The first position.</summary>
    public int Start { get; }

    /// <summary>How many positions.</summary>
    public int Length { get; }

    /// <summary>The dimension that is cut.</summary>
    public int Dimension { get; }

    /// <inheritdoc/>
    public override LayerDescription Describe() => new LayerDescription(Kind)
        .With(LayerAttributes.Dimension, Dimension).With(LayerAttributes.Start, Start).With(LayerAttributes.Length, Length);

    /// <inheritdoc/>
    protected override Tensor Compute(Tensor input) => input.narrow(Dimension, Start, Length);
}
