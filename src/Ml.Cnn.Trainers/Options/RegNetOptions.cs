using Ml.Cnn.Trainers.Architectures;

namespace Ml.Cnn.Trainers;

/// <summary>The options of <c>Trainers.RegNet</c>.</summary>
public sealed class RegNetOptions : CnnFamilyOptions
{
    /// <summary>Multiply-adds of an image of 224 × 224 pixels. Default: 400 million.</summary>
    public RegNetVariant Variant { get; set; }

    /// <summary>Whether it is a RegNetY, with squeeze-and-excitation, rather than a RegNetX. Default true.</summary>
    public bool SqueezeExcitation { get; set; } = true;

    internal override Architecture ToArchitecture() => RegNet.Create(Variant, SqueezeExcitation);
}
