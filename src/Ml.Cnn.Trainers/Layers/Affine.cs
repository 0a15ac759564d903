using static TorchSharp.torch;

namespace Ml.Cnn.Trainers.Layers;

/// <summary>slope · x + offset with two fixed numbers, which nothing trains. Kind "affine".</summary>
internal sealed class Affine : Layer
{
    /// <summary>Creates the layer.</summary>
    /// <param name="slope">The factor of the input.</param>
    /// <param name="offset">What is added. Default 0.</param>
    /// <exception cref="ArgumentOutOfRangeException">A number is not finite.</exception>
    public Affine(double slope, double offset = 0) : base(LayerKinds.Affine)
    {
        Slope = double.IsFinite(slope) ? slope : throw new ArgumentOutOfRangeException(nameof(slope), slope, "The slope must be a finite number.");
        Offset = double.IsFinite(offset) ? offset : throw new ArgumentOutOfRangeException(nameof(offset), offset, "The offset must be a finite number.");
    }

    /// <summary>The factor of the input.</summary>
    public double Slope { get; }

    /// <summary>What is added.</summary>
    public double Offset { get; }

    /// <inheritdoc/>
    public override LayerDescription Describe() => new LayerDescription(Kind).With(LayerAttributes.Slope, Slope).With(LayerAttributes.Offset, Offset);

    /// <inheritdoc/>
    protected override Tensor Compute(Tensor input)
    {
        using var scaled = input.Times(Slope);
        return scaled.Plus(Offset);
    }
}
