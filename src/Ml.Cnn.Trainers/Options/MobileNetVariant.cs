namespace Ml.Cnn.Trainers;

/// <summary>The generations of MobileNet.</summary>
public enum MobileNetVariant
{
    /// <summary>Depthwise separable convolutions (Howard et al. 2017).</summary>
    V1,

    /// <summary>Inverted residuals with linear bottlenecks (Sandler et al. 2018).</summary>
    V2,

    /// <summary>The smaller searched network (Howard et al. 2019, table 2).</summary>
    V3Small,

    /// <summary>The larger searched network (Howard et al. 2019, table 1).</summary>
    V3Large,
}
