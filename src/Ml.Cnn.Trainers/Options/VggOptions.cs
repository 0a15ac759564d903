using Ml.Cnn.Trainers.Architectures;

namespace Ml.Cnn.Trainers;

/// <summary>The options of <c>Trainers.Vgg</c>.</summary>
public sealed class VggOptions : CnnFamilyOptions
{
    /// <summary>Layers with weights: 11, 13, 16 or 19; 11 with local response normalization, 16 with 1 × 1 convolutions. Default 16.</summary>
    public int Depth { get; set; } = 16;

    /// <summary>Whether batch normalization follows each convolution. Default true: without it the deeper ones hardly train from scratch.</summary>
    public bool BatchNorm { get; set; } = true;

    /// <summary>Which kind of network. Default: 3 × 3 convolutions alone. The other kinds have no batch normalization.</summary>
    public VggVariant Variant { get; set; }

    /// <summary>Dropout after the first two linear layers, from 0 to below 1. Default 0.5.</summary>
    public double Dropout { get; set; } = 0.5;

    internal override Architecture ToArchitecture() => Enum.IsDefined(Variant)
        ? Vgg.Create(Depth, BatchNorm, Dropout, Variant)
        : throw OptionsValidation.Wrong(nameof(Variant), Variant, "one of the variants");
}
