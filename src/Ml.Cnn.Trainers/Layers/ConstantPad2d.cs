using System.Diagnostics.CodeAnalysis;
using TorchSharp;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Ml.Cnn.Trainers.Layers;

/// <summary>Adds pixels of one value on each side: N × C × H × W to N × C × (H + 2 · height) × (W + 2 · width). Kind "pad2d".</summary>
[Experimental(ExperimentalApi.Layers)]
public sealed class ConstantPad2d : Layer
{
    /// <summary>Creates the layer.</summary>
    /// <param name="padding">Pixels added above and below, and on the left and on the right; 0 or more.</param>
    /// <param name="value">Their value. Default 0.</param>
    /// <exception cref="ArgumentOutOfRangeException">A number is outside its range.</exception>
    public ConstantPad2d(Size2d padding, double value = 0) : base(LayerKinds.ConstantPad2d)
    {
        Padding = padding.AtLeast(0, nameof(padding));
        Value = value;
    }

    /// <summary>Pixels added above and below, and on the left and on the right.</summary>
    public Size2d Padding { get; }

    /// <summary>The value of the added pixels.</summary>
    public double Value { get; }

    /// <inheritdoc/>
    public override LayerDescription Describe() => new LayerDescription(Kind).With(LayerAttributes.Padding, Padding).With(LayerAttributes.Value, Value);

    /// <inheritdoc/>
    protected override Tensor Compute(Tensor input) =>
        functional.pad(input, [Padding.Width, Padding.Width, Padding.Height, Padding.Height], PaddingModes.Constant, Value);
}
