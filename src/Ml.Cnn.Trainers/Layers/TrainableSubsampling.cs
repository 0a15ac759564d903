using TorchSharp.Modules;
using TorchSharp.Utils;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Ml.Cnn.Trainers.Layers;

/// <summary>
/// Subsampling with a trained factor and offset for each channel: the sum of each window, times the factor, plus the offset
/// (LeCun et al. 1998, §II.B, layers S2 and S4). N × C × H × W to N × C × H' × W'. Kind "trainable_subsampling".
/// </summary>
/// <remarks>Parameters <c>weight</c> (the factors, C) and <c>bias</c> (C), both float32 and uniform over ±1/√(pixels of a window).</remarks>
internal sealed class TrainableSubsampling : Layer
{
    private readonly long[] _kernel;

    /// <summary>Creates the layer with freshly drawn weights.</summary>
    /// <param name="channels">Channels of the input, 1 or more.</param>
    /// <param name="kernel">Height and width of a window, 1 or more; windows lie side by side. Default 2.</param>
    /// <exception cref="ArgumentOutOfRangeException">A number is outside its range.</exception>
    public TrainableSubsampling(int channels, Size2d? kernel = null) : base(LayerKinds.TrainableSubsampling)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(channels, 1);
        Channels = channels;
        Kernel = (kernel ?? 2).AtLeast(1, nameof(kernel));
        _kernel = Kernel.ToArray();
        var bound = Parameters.Bound((long)Kernel.Height * Kernel.Width);
        Weight = Parameters.Uniform(bound, channels);
        Bias = Parameters.Uniform(bound, channels);
        RegisterComponents();
    }

    /// <summary>Channels of the input and the output.</summary>
    public int Channels { get; }

    /// <summary>Height and width of a window.</summary>
    public Size2d Kernel { get; }

    /// <summary>One factor per channel.</summary>
    [field: ComponentName(Name = "weight")]
    public Parameter Weight { get; private set; }

    /// <summary>One offset per channel.</summary>
    [field: ComponentName(Name = "bias")]
    public Parameter Bias { get; private set; }

    /// <inheritdoc/>
    public override LayerDescription Describe() => new LayerDescription(Kind)
        .With(LayerAttributes.Kernel, Kernel).With(LayerAttributes.Stride, Kernel).With(LayerAttributes.Padding, new Size2d(0, 0))
        .WithWeight(WeightRoles.Weight, Weight).WithWeight(WeightRoles.Bias, Bias);

    /// <inheritdoc/>
    protected override Tensor Compute(Tensor input)
    {
        using var mean = functional.avg_pool2d(input, _kernel, _kernel);
        using var factors = Weight.view(Channels, 1, 1);
        using var offsets = Bias.view(Channels, 1, 1);
        using var sum = mean.Times((long)Kernel.Height * Kernel.Width);
        using var weighted = sum.mul(factors);
        return weighted.Plus(offsets);
    }
}
