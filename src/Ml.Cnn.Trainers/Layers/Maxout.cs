using System.Diagnostics.CodeAnalysis;
using static TorchSharp.torch;

namespace Ml.Cnn.Trainers.Layers;

/// <summary>
/// The largest of each few neighboring channels, an activation whose shape is learned with the layer before it (Goodfellow et al. 2013,
/// "Maxout networks", §3): N × (k · C) × … to N × C × …. Kind "maxout".
/// </summary>
[Experimental(ExperimentalApi.Layers)]
public sealed class Maxout : Layer
{
    /// <summary>Creates the layer.</summary>
    /// <param name="pieces">Channels to choose from, the paper's k, 2 or more: a divisor of the input's channels. Default 2.</param>
    /// <exception cref="ArgumentOutOfRangeException">There are fewer pieces than 2.</exception>
    public Maxout(int pieces = 2) : base(LayerKinds.Maxout)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(pieces, 2);
        Pieces = pieces;
    }

    /// <summary>Channels to choose from.</summary>
    public int Pieces { get; }

    /// <inheritdoc/>
    public override LayerDescription Describe() => new LayerDescription(Kind).With(LayerAttributes.Pieces, Pieces);

    /// <inheritdoc/>
    protected override Tensor Compute(Tensor input)
    {
        var shape = input.shape;
        if (shape.Length < 2 || shape[1] % Pieces != 0)
            throw new ArgumentException(
                $"Maxout over {Pieces} pieces needs a multiple of {Pieces} channels; the input is {string.Join(" × ", shape)}.", nameof(input));
        using var pieces = input.reshape([shape[0], shape[1] / Pieces, Pieces, .. shape[2..]]);
        return pieces.amax([2]);
    }
}
