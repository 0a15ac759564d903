using Ml.Cnn.Trainers.Architectures;

namespace Ml.Cnn.Trainers;

/// <summary>The options of <c>Trainers.DenseNet</c>.</summary>
public sealed class DenseNetOptions : CnnFamilyOptions
{
    /// <summary>Layers with weights: 121, 161, 169 or 201; 40 or 100 (with bottlenecks) for CIFAR. Default 121.</summary>
    public int Depth { get; set; } = 121;

    /// <summary>What images the network was designed for. Default: ImageNet's.</summary>
    public DenseNetVariant Variant { get; set; }

    /// <summary>Dropout after each layer of a dense block, from 0 to below 1. Default 0.</summary>
    public double Dropout { get; set; }

    internal override Architecture ToArchitecture() => Variant switch
    {
        DenseNetVariant.ImageNet => DenseNet.Create(Depth, Dropout),
        DenseNetVariant.Cifar => DenseNet.CreateCifar(Depth, Dropout),
        _ => throw OptionsValidation.Wrong(nameof(Variant), Variant, "one of the variants"),
    };
}
