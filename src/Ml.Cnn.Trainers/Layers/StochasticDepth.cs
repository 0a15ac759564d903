using System.Diagnostics.CodeAnalysis;
using TorchSharp;
using static TorchSharp.torch;

namespace Ml.Cnn.Trainers.Layers;

/// <summary>
/// Leaves out a residual branch for some images of a batch while training, and scales it by 1 / (1 − probability) for the others; passes
/// it on in evaluation (Huang et al. 2016, "Deep networks with stochastic depth", equation 2, drawn per image). Kind "stochastic_depth".
/// </summary>
[Experimental(ExperimentalApi.Layers)]
public sealed class StochasticDepth : Layer
{
    /// <summary>Creates the layer.</summary>
    /// <param name="probability">How likely an image's branch is to be set to 0, from 0 to below 1.</param>
    /// <exception cref="ArgumentOutOfRangeException">The probability is outside its range.</exception>
    public StochasticDepth(double probability) : base(LayerKinds.StochasticDepth)
    {
        if (probability is not (>= 0 and < 1))
            throw new ArgumentOutOfRangeException(nameof(probability), probability, "A stochastic depth probability lies between 0 and below 1.");
        Probability = probability;
    }

    /// <summary>How likely an image's branch is to be set to 0.</summary>
    public double Probability { get; }

    /// <inheritdoc/>
    public override LayerDescription Describe() => new LayerDescription(Kind).With(LayerAttributes.Probability, Probability);

    /// <inheritdoc/>
    protected override Tensor Compute(Tensor input)
    {
        if (!training || Probability == 0)
            return input.alias();
        var shape = new long[input.dim()];
        Array.Fill(shape, 1);
        shape[0] = input.shape[0];
        var survival = 1 - Probability;
        using var share = survival.ToScalar();
        using var survives = empty(shape, input.dtype, input.device).bernoulli_(survival).div_(share); // N × 1 × …
        return input.mul(survives);
    }
}
