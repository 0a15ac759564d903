using Ml.Cnn.Trainers.Architectures;

namespace Ml.Cnn.Trainers;

/// <summary>The options of <c>Trainers.ResNet</c>.</summary>
public sealed class ResNetOptions : CnnFamilyOptions
{
    /// <summary>
    /// Layers with weights: 18, 34, 50, 101 or 152; 50 or 101 for ResNeXt and wide; 18 or 34 for plain; 20, 32, 44, 56 or 110 for CIFAR, there
    /// without shortcuts up to 56. Default 18.
    /// </summary>
    public int Depth { get; set; } = 18;

    /// <summary>Which kind of residual network. Default: the original.</summary>
    public ResNetVariant Variant { get; set; }

    /// <summary>Groups of the 3 × 3 convolutions of a ResNeXt: 32, or 64 at depth 101. Default 32; the other kinds do not use it.</summary>
    public int Groups { get; set; } = 32;

    internal override Architecture ToArchitecture() => Variant switch
    {
        ResNetVariant.Original => ResNet.Create(Depth),
        ResNetVariant.ResNeXt => ResNet.CreateNext(Depth, Groups),
        ResNetVariant.Wide => ResNet.CreateWide(Depth),
        ResNetVariant.Plain => ResNet.CreatePlain(Depth),
        ResNetVariant.Cifar => ResNetCifar.Create(Depth),
        ResNetVariant.PlainCifar => ResNetCifar.CreatePlain(Depth),
        _ => throw OptionsValidation.Wrong(nameof(Variant), Variant, "one of the variants"),
    };
}
