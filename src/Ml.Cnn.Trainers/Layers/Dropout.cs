using System.Diagnostics.CodeAnalysis;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Ml.Cnn.Trainers.Layers;

/// <summary>
/// Sets values to 0 at random while training and scales the others by 1 / (1 − probability); passes everything on in evaluation
/// (Hinton et al. 2012). Kind "dropout".
/// </summary>
[Experimental(ExperimentalApi.Layers)]
public sealed class Dropout : Layer
{
    /// <summary>Creates the layer.</summary>
    /// <param name="probability">How likely a value is to be set to 0, from 0 to below 1. Default 0.5.</param>
    /// <exception cref="ArgumentOutOfRangeException">The probability is outside its range.</exception>
    public Dropout(double probability = 0.5) : base(LayerKinds.Dropout)
    {
        if (probability is not (>= 0 and < 1))
            throw new ArgumentOutOfRangeException(nameof(probability), probability, "A dropout probability lies between 0 and below 1.");
        Probability = probability;
    }

    /// <summary>How likely a value is to be set to 0.</summary>
    public double Probability { get; }

    /// <inheritdoc/>
    public override LayerDescription Describe() => new LayerDescription(Kind).With(LayerAttributes.Probability, Probability);

    /// <inheritdoc/>
    protected override Tensor Compute(Tensor input) => training && Probability > 0 ? functional.dropout(input, Probability) : input.alias();
}
