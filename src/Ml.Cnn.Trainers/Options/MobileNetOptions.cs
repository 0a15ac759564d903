using Ml.Cnn.Trainers.Architectures;

namespace Ml.Cnn.Trainers;

/// <summary>The options of <c>Trainers.MobileNet</c>.</summary>
public sealed class MobileNetOptions : CnnFamilyOptions
{
    /// <summary>Which generation. Default: the second.</summary>
    public MobileNetVariant Variant { get; set; } = MobileNetVariant.V2;

    /// <summary>Factor on the channels of every layer, above 0, at most 10: less work, less accuracy. Default 1.</summary>
    public double WidthMultiplier { get; set; } = 1;

    /// <summary>Dropout before the last layer, from 0 to below 1. Default: 0 for the first generation, 0.2 for the others.</summary>
    public double? Dropout { get; set; }

    internal override Architecture ToArchitecture() => Variant switch
    {
        MobileNetVariant.V1 => MobileNetV1.Create(WidthMultiplier, Dropout ?? 0),
        MobileNetVariant.V2 => MobileNetV2.Create(WidthMultiplier, Dropout ?? 0.2),
        MobileNetVariant.V3Small => MobileNetV3.CreateSmall(WidthMultiplier, Dropout ?? 0.2),
        MobileNetVariant.V3Large => MobileNetV3.CreateLarge(WidthMultiplier, Dropout ?? 0.2),
        _ => throw OptionsValidation.Wrong(nameof(Variant), Variant, "one of the variants"),
    };
}
