namespace Ml.Cnn.Trainers;

/// <summary>The published EfficientNets.</summary>
public enum EfficientNetVariant
{
    /// <summary>The searched network: 224 × 224 pixels, 5 million parameters.</summary>
    B0,

    /// <summary>240 × 240 pixels, 8 million parameters.</summary>
    B1,

    /// <summary>288 × 288 pixels, 9 million parameters.</summary>
    B2,

    /// <summary>300 × 300 pixels, 12 million parameters.</summary>
    B3,

    /// <summary>380 × 380 pixels, 19 million parameters.</summary>
    B4,

    /// <summary>456 × 456 pixels, 30 million parameters.</summary>
    B5,

    /// <summary>528 × 528 pixels, 43 million parameters.</summary>
    B6,

    /// <summary>600 × 600 pixels, 66 million parameters.</summary>
    B7,

    /// <summary>EfficientNetV2-S: 384 × 384 pixels, 21 million parameters.</summary>
    V2S,

    /// <summary>EfficientNetV2-M: 480 × 480 pixels, 54 million parameters.</summary>
    V2M,

    /// <summary>EfficientNetV2-L: 480 × 480 pixels, 119 million parameters.</summary>
    V2L,
}
