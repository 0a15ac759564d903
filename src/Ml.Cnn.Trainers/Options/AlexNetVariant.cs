namespace Ml.Cnn.Trainers;

/// <summary>The forms of AlexNet.</summary>
public enum AlexNetVariant
{
    /// <summary>For one GPU, as in torchvision ("One weird trick", 2014): 64 filters in the first convolution, no groups, no normalization.</summary>
    SingleColumn,

    /// <summary>As published in 2012: 96 filters in the first convolution, groups of two for two GPUs, local response normalization.</summary>
    Published,

    /// <summary>The published form with every filter seeing all channels, as it is often drawn and reimplemented.</summary>
    Ungrouped,
}
