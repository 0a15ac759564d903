using Ml.Cnn.Trainers.Architectures;

namespace Ml.Cnn.Trainers;

/// <summary>The options of <c>Trainers.ShuffleNet</c>.</summary>
public sealed class ShuffleNetOptions : CnnFamilyOptions
{
    /// <summary>Which generation. Default: the second.</summary>
    public ShuffleNetVariant Variant { get; set; } = ShuffleNetVariant.V2;

    /// <summary>
    /// The network's size: 0.5, 1, 1.5 or 2 for the second generation; any factor on the channels above 0, at most 10, for the first. Default 1.
    /// </summary>
    public double Scale { get; set; } = 1;

    /// <summary>Groups of the first generation's 1 × 1 convolutions: 1, 2, 3, 4 or 8. Default 3; the second has none.</summary>
    public int Groups { get; set; } = 3;

    internal override Architecture ToArchitecture() => Variant switch
    {
        ShuffleNetVariant.V1 => ShuffleNetV1.Create(Groups, Scale),
        ShuffleNetVariant.V2 => ShuffleNetV2.Create(Scale),
        _ => throw OptionsValidation.Wrong(nameof(Variant), Variant, "one of the variants"),
    };
}
