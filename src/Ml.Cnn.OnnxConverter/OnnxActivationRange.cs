namespace Ml.Cnn.OnnxConverter;

/// <summary>How much of what a value was seen to be its 256 steps cover; what lies outside becomes the nearest end.</summary>
public enum OnnxActivationRange
{
    /// <summary>As much as makes the mean of the squared errors least (Nagel et al. 2021, section 3.1).</summary>
    LeastSquares,

    /// <summary>All.</summary>
    MinMax,

    /// <summary>All but one of 10,000 numbers.</summary>
    Percentile,
}
