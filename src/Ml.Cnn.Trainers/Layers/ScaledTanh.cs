using System.Diagnostics.CodeAnalysis;
using static TorchSharp.torch;

namespace Ml.Cnn.Trainers.Layers;

/// <summary>
/// A scaled hyperbolic tangent, A · tanh(S · x). With A = 1.7159 and S = 2/3 it maps ±1 to ±1, where its curvature is greatest
/// (LeCun et al. 1998, equation 6 and appendix A). Kind "scaled_tanh".
/// </summary>
[Experimental(ExperimentalApi.Layers)]
public sealed class ScaledTanh : Layer
{
    /// <summary>Creates the layer.</summary>
    /// <param name="amplitude">A, other than 0. Default 1.7159.</param>
    /// <param name="slope">S, other than 0. Default 2/3.</param>
    /// <exception cref="ArgumentOutOfRangeException">A number is 0 or not finite.</exception>
    public ScaledTanh(double amplitude = 1.7159, double slope = 2.0 / 3) : base(LayerKinds.ScaledTanh)
    {
        if (!double.IsFinite(amplitude) || amplitude == 0)
            throw new ArgumentOutOfRangeException(nameof(amplitude), amplitude, "The amplitude must be a number other than 0.");
        if (!double.IsFinite(slope) || slope == 0)
            throw new ArgumentOutOfRangeException(nameof(slope), slope, "The slope must be a number other than 0.");
        Amplitude = amplitude;
        Slope = slope;
    }

    /// <summary>A: the output's bound.</summary>
    public double Amplitude { get; }

    /// <summary>S: the factor of the input.</summary>
    public double Slope { get; }

    /// <inheritdoc/>
    public override LayerDescription Describe() => new LayerDescription(Kind).With(LayerAttributes.Amplitude, Amplitude).With(LayerAttributes.Slope, Slope);

    /// <inheritdoc/>
    protected override Tensor Compute(Tensor input)
    {
        using var scaled = input.Times(Slope);
        using var squashed = scaled.tanh();
        return squashed.Times(Amplitude);
    }
}
