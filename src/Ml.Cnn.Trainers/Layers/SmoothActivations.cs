using System.Diagnostics.CodeAnalysis;
using static TorchSharp.torch;

namespace Ml.Cnn.Trainers.Layers;

/// <summary>x · sigmoid(x), also called swish (Ramachandran et al. 2017, "Searching for activation functions"). Kind "silu".</summary>
[Experimental(ExperimentalApi.Layers)]
public sealed class SiLU : Layer
{
    /// <summary>Creates the layer.</summary>
    public SiLU() : base(LayerKinds.SiLU) { }

    /// <inheritdoc/>
    public override LayerDescription Describe() => new(Kind);

    /// <inheritdoc/>
    protected override Tensor Compute(Tensor input) => nn.functional.silu(input);
}

/// <summary>x · Φ(x), where Φ is the normal distribution function (Hendrycks and Gimpel 2016, "Gaussian error linear units", §2). Kind "gelu".</summary>
[Experimental(ExperimentalApi.Layers)]
public sealed class GELU : Layer
{
    /// <summary>Creates the layer.</summary>
    public GELU() : base(LayerKinds.GELU) { }

    /// <inheritdoc/>
    public override LayerDescription Describe() => new(Kind);

    /// <inheritdoc/>
    protected override Tensor Compute(Tensor input) => nn.functional.gelu(input);
}
