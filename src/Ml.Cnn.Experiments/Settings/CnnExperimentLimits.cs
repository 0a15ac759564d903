namespace Ml.Cnn.Experiments;

/// <summary>What a network must keep to, to be the best: those that exceed it are told of and not trained on, or not chosen.</summary>
public sealed record CnnExperimentLimits
{
    /// <summary>The most parameters; null: any number. Known before anything is trained.</summary>
    public long? Parameters { get; init; }

    /// <summary>The most bytes of weights in model.zip; null: any number. Known before anything is trained.</summary>
    public long? ModelBytes { get; init; }

    /// <summary>
    /// The most time from one encoded image to its label, the median of several on this machine (on the device that the experiment trains on); null: any.
    /// Measured before a network is trained further than the first rung.
    /// </summary>
    public TimeSpan? Latency { get; init; }
}
