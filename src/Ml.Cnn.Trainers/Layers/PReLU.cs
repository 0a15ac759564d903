using System.Diagnostics.CodeAnalysis;
using TorchSharp.Modules;
using TorchSharp.Utils;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Ml.Cnn.Trainers.Layers;

/// <summary>x where x is positive, else a · x with a trained a (He et al. 2015, "Delving deep into rectifiers", equation 1). Kind "prelu".</summary>
/// <remarks>Parameter <c>weight</c>: the slopes for negative values, float32.</remarks>
[Experimental(ExperimentalApi.Layers)]
public sealed class PReLU : Layer
{
    /// <summary>Creates the layer.</summary>
    /// <param name="channels">Channels of the input for a slope each, or 1 for a slope that all share. Default 1.</param>
    /// <param name="slope">Where the slopes start. Default 0.25, as in the paper.</param>
    /// <exception cref="ArgumentOutOfRangeException">There are fewer channels than 1.</exception>
    public PReLU(int channels = 1, double slope = 0.25) : base(LayerKinds.PReLU)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(channels, 1);
        Weight = Parameters.Constant((float)slope, channels);
        RegisterComponents();
    }

    /// <summary>The slopes for negative values: one, or one per channel.</summary>
    [field: ComponentName(Name = "weight")]
    public Parameter Weight { get; private set; }

    /// <inheritdoc/>
    public override LayerDescription Describe() => new LayerDescription(Kind).WithWeight(WeightRoles.Weight, Weight);

    /// <inheritdoc/>
    protected override Tensor Compute(Tensor input)
    {
        if (input.dtype == Weight.dtype)
            return functional.prelu(input, Weight);
        using var slopes = Weight.to(input.dtype); // libtorch takes no mixture of types here
        return functional.prelu(input, slopes);
    }

    internal override Tensor ComputeShape(Tensor input) => input.alias();
}
