namespace Ml.Cnn.Trainers;

/// <summary>The sizes of RegNets: multiply-adds of an image of 224 × 224 pixels, in millions (MF) or billions (GF).</summary>
public enum RegNetVariant
{
    /// <summary>400 million.</summary>
    MF400,

    /// <summary>800 million.</summary>
    MF800,

    /// <summary>1.6 billion.</summary>
    GF1_6,

    /// <summary>3.2 billion.</summary>
    GF3_2,

    /// <summary>8 billion.</summary>
    GF8,

    /// <summary>16 billion.</summary>
    GF16,

    /// <summary>32 billion.</summary>
    GF32,

    /// <summary>128 billion; RegNetY only.</summary>
    GF128,
}
