using Ml.Cnn.Trainers.Architectures;

namespace Ml.Cnn.Trainers;

/// <summary>The options of <c>Trainers.AlexNet</c>.</summary>
public sealed class AlexNetOptions : CnnFamilyOptions
{
    /// <summary>Which form of the network. Default: that for one GPU, as in torchvision.</summary>
    public AlexNetVariant Variant { get; set; }

    /// <summary>Dropout before the first two linear layers, from 0 to below 1. Default 0.5.</summary>
    public double Dropout { get; set; } = 0.5;

    internal override Architecture ToArchitecture() => Enum.IsDefined(Variant)
        ? AlexNet.Create(Dropout, Variant)
        : throw OptionsValidation.Wrong(nameof(Variant), Variant, "one of the variants");
}
