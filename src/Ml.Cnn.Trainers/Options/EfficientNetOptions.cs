using Ml.Cnn.Trainers.Architectures;

namespace Ml.Cnn.Trainers;

/// <summary>The options of <c>Trainers.EfficientNet</c>.</summary>
public sealed class EfficientNetOptions : CnnFamilyOptions
{
    /// <summary>Which published network. Default: B0.</summary>
    public EfficientNetVariant Variant { get; set; }

    /// <summary>
    /// φ, from 0 to 10: B0 grown by the paper's equation 3 instead of a published network, which <see cref="Variant"/> must then not ask for.
    /// Default: none.
    /// </summary>
    public double? CompoundCoefficient { get; set; }

    /// <summary>Dropout before the last layer, from 0 to below 1. Default: the network's own, from 0.2 to 0.5.</summary>
    public double? Dropout { get; set; }

    /// <summary>
    /// How likely the last block's branch is to be left out for an image while training, from 0 to below 1; less for those before. Default 0.2.
    /// </summary>
    public double StochasticDepth { get; set; } = 0.2;

    internal override Architecture ToArchitecture()
    {
        if (CompoundCoefficient is not { } coefficient)
            return EfficientNet.Create(Variant, Dropout, StochasticDepth);
        if (Variant != EfficientNetVariant.B0)
            throw OptionsValidation.Wrong(nameof(Variant), Variant, $"{EfficientNetVariant.B0} where {nameof(CompoundCoefficient)} is given");
        return EfficientNet.CreateScaled(coefficient, Dropout ?? 0.2, StochasticDepth);
    }
}
