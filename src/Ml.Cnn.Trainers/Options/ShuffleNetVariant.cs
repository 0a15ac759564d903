namespace Ml.Cnn.Trainers;

/// <summary>The generations of ShuffleNet.</summary>
public enum ShuffleNetVariant
{
    /// <summary>Grouped 1 × 1 convolutions (Zhang et al. 2017).</summary>
    V1,

    /// <summary>Half of the channels pass each unit (Ma et al. 2018).</summary>
    V2,
}
