using static TorchSharp.torch;

namespace Ml.Cnn.Trainers.Layers;

/// <summary>min(max(minimum, x), maximum). Kind "clip".</summary>
internal sealed class Clip : Layer
{
    /// <summary>Creates the layer.</summary>
    /// <param name="minimum">The smallest value of the output.</param>
    /// <param name="maximum">The largest value of the output, the minimum or more.</param>
    /// <exception cref="ArgumentOutOfRangeException">A number is not finite, or the maximum is below the minimum.</exception>
    public Clip(double minimum, double maximum) : base(LayerKinds.Clip)
    {
        if (!double.IsFinite(minimum))
            throw new ArgumentOutOfRangeException(nameof(minimum), minimum, "The minimum must be a finite number.");
        if (!double.IsFinite(maximum) || maximum < minimum)
            throw new ArgumentOutOfRangeException(nameof(maximum), maximum, $"The maximum must be a finite number of at least the minimum, {minimum}.");
        (Minimum, Maximum) = (minimum, maximum);
    }

    /// <summary>The smallest value of the output.</summary>
    public double Minimum { get; }

    /// <summary>The largest value of the output.</summary>
    public double Maximum { get; }

    /// <inheritdoc/>
    public override LayerDescription Describe() => new LayerDescription(Kind)
        .With(LayerAttributes.Minimum, Minimum).With(LayerAttributes.Maximum, Maximum);

    /// <inheritdoc/>
    protected override Tensor Compute(Tensor input) => input.Between(Minimum, Maximum);

    internal override Tensor ComputeShape(Tensor input) => input.alias();
}
