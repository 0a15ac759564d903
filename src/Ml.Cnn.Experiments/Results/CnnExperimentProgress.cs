namespace Ml.Cnn.Experiments;

/// <summary>Where an experiment is.</summary>
public sealed class CnnExperimentProgress
{
    internal CnnExperimentProgress() { }

    /// <summary>Every trial so far, the best first, and those without a result last.</summary>
    public required IReadOnlyList<CnnRunDetail> RunDetails { get; init; }

    /// <summary>The trials that are being trained, with the epoch behind which each will be compared.</summary>
    public required IReadOnlyList<(int Trial, int Epochs)> UnderWay { get; init; }

    /// <summary>Seconds of the experiment so far.</summary>
    public required double Seconds { get; init; }

    /// <summary>Images that were trained on so far.</summary>
    public required long Images { get; init; }

    /// <summary>What may be spent.</summary>
    public required ExperimentBudget Budget { get; init; }

    /// <summary>The metric that trials are compared by.</summary>
    public required CnnExperimentMetric Metric { get; init; }
}
