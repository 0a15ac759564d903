using static TorchSharp.torch;

namespace Ml.Cnn.Trainers.Layers;

/// <summary>x · sigmoid(x), also called swish (Ramachandran et al. 2017, "Searching for activation functions"). Kind "silu".</summary>
public sealed class SiLU : Layer
{
    /// <summary>Creates the layer.</summary>
    public SiLU() : base("silu") { }

    /// <inheritdoc/>
    protected override Tensor Compute(Tensor input) => nn.functional.silu(input);
}

/// <summary>x · Φ(x), where Φ is the normal distribution function (Hendrycks and Gimpel 2016, "Gaussian error linear units", §2). Kind "gelu".</summary>
public sealed class GELU : Layer
{
    /// <summary>Creates the layer.</summary>
    public GELU() : base("gelu") { }

    /// <inheritdoc/>
    protected override Tensor Compute(Tensor input) => nn.functional.gelu(input);
}
