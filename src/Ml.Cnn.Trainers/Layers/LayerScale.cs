using System.Diagnostics.CodeAnalysis;
using TorchSharp.Modules;
using TorchSharp.Utils;
using static TorchSharp.torch;

namespace Ml.Cnn.Trainers.Layers;

/// <summary>
/// One trained factor per channel, small at first, at the end of a residual branch (Touvron et al. 2021, "Going deeper with image
/// transformers", equation 4): N × C × H × W to the same. Kind "layer_scale".
/// </summary>
/// <remarks>
/// Its parameter (C × 1 × 1, float32) bears the layer's own name in the state, as torchvision's does: a layer "layer_scale" of the block
/// "features.1.0" has the entry "features.1.0.layer_scale". Beside a bfloat16 input the output is float32: bfloat16 would round
/// the small branch away when it is added to what it corrects.
/// </remarks>
[Experimental(ExperimentalApi.Layers)]
public sealed class LayerScale : Layer
{
    /// <summary>Creates the layer.</summary>
    /// <param name="channels">Channels of the input, 1 or more.</param>
    /// <param name="initial">Where the factors start. Default 1e-6.</param>
    /// <exception cref="ArgumentOutOfRangeException">There are fewer channels than 1.</exception>
    public LayerScale(int channels, double initial = 1e-6) : base(LayerKinds.LayerScale)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(channels, 1);
        Weight = Parameters.Constant((float)initial, channels, 1, 1);
        RegisterComponents();
    }

    /// <summary>The factors: C × 1 × 1.</summary>
    [field: ComponentName(Name = "")]
    public Parameter Weight { get; private set; }

    /// <inheritdoc/>
    public override LayerDescription Describe() => new LayerDescription(Kind).WithWeight(WeightRoles.Weight, Weight, name: "");

    /// <inheritdoc/>
    protected override Tensor Compute(Tensor input) => input.mul(Weight);
}
