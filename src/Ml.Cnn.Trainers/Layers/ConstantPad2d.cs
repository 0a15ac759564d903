using System.Diagnostics.CodeAnalysis;
using TorchSharp;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Ml.Cnn.Trainers.Layers;

/// <summary>
/// Adds pixels of one value on each side: N × C × H × W to N × C × (H + 2 · height) × (W + 2 · width), or another number of them below and on the right
/// than above and on the left. Kind "pad2d".
/// </summary>
[Experimental(ExperimentalApi.Layers)]
public sealed class ConstantPad2d : Layer
{
    /// <summary>Creates the layer.</summary>
    /// <param name="padding">Pixels added above and below, and on the left and on the right; 0 or more.</param>
    /// <param name="value">Their value. Default 0.</param>
    /// <exception cref="ArgumentOutOfRangeException">A number is outside its range.</exception>
    public ConstantPad2d(Size2d padding, double value = 0) : this(padding, padding, value) { }

    /// <summary>Creates a layer that adds more on one side than on the other.</summary>
    /// <param name="padding">Pixels added above, and on the left; 0 or more.</param>
    /// <param name="endPadding">Pixels added below, and on the right; 0 or more.</param>
    /// <param name="value">Their value. Default 0.</param>
    /// <exception cref="ArgumentOutOfRangeException">A number is outside its range.</exception>
    public ConstantPad2d(Size2d padding, Size2d endPadding, double value = 0) : base(LayerKinds.ConstantPad2d)
    {
        Padding = padding.AtLeast(0, nameof(padding));
        EndPadding = endPadding.AtLeast(0, nameof(endPadding));
        Value = value;
    }

    /// <summary>Pixels added above, and on the left.</summary>
    public Size2d Padding { get; }

    /// <summary>Pixels added below, and on the right.</summary>
    public Size2d EndPadding { get; }

    /// <summary>The value of the added pixels.</summary>
    public double Value { get; }

    /// <inheritdoc/>
    public override LayerDescription Describe() => new LayerDescription(Kind)
        .With(LayerAttributes.Padding, Padding).With(LayerAttributes.EndPadding, EndPadding).With(LayerAttributes.Value, Value);

    /// <inheritdoc/>
    protected override Tensor Compute(Tensor input) =>
        functional.pad(input, [Padding.Width, EndPadding.Width, Padding.Height, EndPadding.Height], PaddingModes.Constant, Value);
}
