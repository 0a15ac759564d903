using Ml.Cnn.Trainers.Architectures;

namespace Ml.Cnn.Trainers;

/// <summary>The options of <c>Trainers.ConvNeXt</c>.</summary>
public sealed class ConvNeXtOptions : CnnFamilyOptions
{
    /// <summary>Which one. Default: the smallest.</summary>
    public ConvNeXtVariant Variant { get; set; }

    /// <summary>
    /// How likely the last block's branch is to be left out for an image while training, from 0 to below 1; less for those before. Default: the
    /// paper's, from 0.1 to 0.5.
    /// </summary>
    public double? StochasticDepth { get; set; }

    internal override Architecture ToArchitecture() => ConvNeXt.Create(Variant, StochasticDepth);
}
