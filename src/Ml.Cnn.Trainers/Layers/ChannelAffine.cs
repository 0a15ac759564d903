using TorchSharp.Modules;
using TorchSharp.Utils;
using static TorchSharp.torch;

namespace Ml.Cnn.Trainers.Layers;

/// <summary>
/// x · weight + bias with one trained factor and one trained offset for each channel, or with only one of them: what is left of a normalization whose
/// statistics were taken into it. Kind "channel_affine".
/// </summary>
/// <remarks>Parameters <c>weight</c> (C, starts at 1) and <c>bias</c> (C, starts at 0), float32, each only where it is asked for.</remarks>
internal sealed class ChannelAffine : Layer
{
    /// <summary>Creates the layer.</summary>
    /// <param name="channels">Channels of the input, 1 or more.</param>
    /// <param name="weight">Whether there is a factor.</param>
    /// <param name="bias">Whether there is an offset.</param>
    /// <param name="dimension">The dimension of the channels: 1 (the default), or −1, the last.</param>
    /// <exception cref="ArgumentOutOfRangeException">There are fewer channels than 1, or the dimension is another.</exception>
    /// <exception cref="ArgumentException">There is neither a factor nor an offset.</exception>
    public ChannelAffine(int channels, bool weight = true, bool bias = true, int dimension = 1) : base(LayerKinds.ChannelAffine)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(channels, 1);
        if (!weight && !bias)
            throw new ArgumentException("There must be factors or offsets.", nameof(weight));
        if (dimension is not (1 or -1))
            throw new ArgumentOutOfRangeException(nameof(dimension), dimension, "The channels lie in dimension 1 or −1.");
        Dimension = dimension;
        Weight = weight ? Parameters.Constant(1, channels) : null;
        Bias = bias ? Parameters.Constant(0, channels) : null;
        RegisterComponents();
    }

    /// <summary>The dimension of the channels.</summary>
    public int Dimension { get; }

    /// <summary>One factor per channel, or null.</summary>
    [field: ComponentName(Name = "weight")]
    public Parameter? Weight { get; private set; }

    /// <summary>One offset per channel, or null.</summary>
    [field: ComponentName(Name = "bias")]
    public Parameter? Bias { get; private set; }

    /// <inheritdoc/>
    public override LayerDescription Describe() => new LayerDescription(Kind).With(LayerAttributes.Dimension, Dimension)
        .WithWeight(WeightRoles.Weight, Weight).WithWeight(WeightRoles.Bias, Bias);

    /// <summary>Numbers of channels, in a shape that goes with a tensor's.</summary>
    /// <param name="numbers">One per channel.</param>
    /// <param name="dimension">The dimension of the channels, 1 or −1.</param>
    /// <param name="rank">The tensor's dimensions.</param>
    public static Tensor Along(Tensor numbers, int dimension, int rank)
    {
        if (dimension < 0)
            return numbers.alias();
        var shape = new long[rank - 1];
        Array.Fill(shape, 1);
        shape[0] = -1;
        return numbers.view(shape);
    }

    /// <inheritdoc/>
    protected override Tensor Compute(Tensor input)
    {
        using var scope = NewDisposeScope();
        var output = Weight is null ? input : input.mul(Of(Weight));
        return (Bias is null ? output : output.Plus(Of(Bias))).MoveToOuterDisposeScope();

        Tensor Of(Parameter numbers) => Along(numbers, Dimension, (int)input.dim()).to(input.dtype);
    }
}
