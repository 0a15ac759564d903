namespace Ml.Cnn.Trainers;

/// <summary>The kinds of VGG networks.</summary>
public enum VggVariant
{
    /// <summary>Columns A, B, D and E of the paper's table 1: 3 × 3 convolutions alone.</summary>
    Standard,

    /// <summary>Column A-LRN: depth 11, with local response normalization after the first convolution.</summary>
    LocalResponseNorm,

    /// <summary>Column C: depth 16, with a 1 × 1 convolution at the end of the last three blocks.</summary>
    Pointwise,
}
