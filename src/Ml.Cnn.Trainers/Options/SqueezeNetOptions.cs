using Ml.Cnn.Trainers.Architectures;

namespace Ml.Cnn.Trainers;

/// <summary>The options of <c>Trainers.SqueezeNet</c>.</summary>
public sealed class SqueezeNetOptions : CnnFamilyOptions
{
    /// <summary>Which published network. Default: version 1.1.</summary>
    public SqueezeNetVariant Variant { get; set; } = SqueezeNetVariant.V1_1;

    /// <summary>Dropout before the last convolution, from 0 to below 1. Default 0.5.</summary>
    public double Dropout { get; set; } = 0.5;

    internal override Architecture ToArchitecture() => SqueezeNet.Create(Variant, Dropout);
}
