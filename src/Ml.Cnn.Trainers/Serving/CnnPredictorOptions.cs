namespace Ml.Cnn.Trainers;

/// <summary>How a <see cref="CnnPredictor"/> answers and how it shares the processor among requests.</summary>
public sealed class CnnPredictorOptions
{
    /// <summary>Classes of a prediction, 1 or more; there are never more than the model has. Default 5.</summary>
    public int TopK { get; set; } = 5;

    /// <summary>The probability, 0 to 1, below which the predictor abstains from naming a class. Default 0: never.</summary>
    public float MinimumProbability { get; set; }

    /// <summary>
    /// Images of a batch, 1 or more: requests of several threads that wait for the network are computed together. Default 8. 1: each on its own.
    /// </summary>
    public int MaximumBatchSize { get; set; } = 8;

    /// <summary>
    /// How long the first request of a batch waits for others to join it, 0 to 10 seconds. Default 0: a batch is what came while the network was busy, and
    /// a request that finds it idle does not wait at all. A few milliseconds make larger batches, which pays on a GPU.
    /// </summary>
    public TimeSpan MaximumBatchDelay { get; set; }

    /// <summary>
    /// Requests that may wait for the network, 1 or more; one more is refused at once with a <see cref="CnnPredictorBusyException"/>. Default 256.
    /// </summary>
    public int MaximumQueueLength { get; set; } = 256;

    /// <summary>How long a request may wait for the network before it fails with a <see cref="TimeoutException"/>, above 0. Default 30 seconds.</summary>
    public TimeSpan QueueTimeout { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>Batches that are computed at once, 1 or more. Default: as many as there are cores for, by the network's work on one image.</summary>
    public int? Concurrency { get; set; }

    /// <summary>Whether the network is compiled when the predictor is made and when a model is reloaded, not with the first image. Default true.</summary>
    public bool WarmUp { get; set; } = true;

    /// <summary>The name under which traces and metrics tell of the predictor. Default: the network's.</summary>
    public string? Name { get; set; }

    /// <summary>How scores are computed. Default: as the model says.</summary>
    public CnnScoringOptions? Scoring { get; set; }

    /// <summary>Checks the options as a predictor does that is made with them.</summary>
    /// <exception cref="ArgumentOutOfRangeException">An option is outside its range; the message names it.</exception>
    public void Validate()
    {
        Require(TopK >= 1, nameof(TopK), TopK, "1 or more");
        Require(MinimumProbability is >= 0 and <= 1, nameof(MinimumProbability), MinimumProbability, "from 0 to 1");
        Require(MaximumBatchSize >= 1, nameof(MaximumBatchSize), MaximumBatchSize, "1 or more");
        Require(MaximumBatchDelay >= TimeSpan.Zero && MaximumBatchDelay <= TimeSpan.FromSeconds(10), nameof(MaximumBatchDelay), MaximumBatchDelay,
            "from 0 to 10 seconds");
        Require(MaximumQueueLength >= 1, nameof(MaximumQueueLength), MaximumQueueLength, "1 or more");
        Require(QueueTimeout > TimeSpan.Zero && QueueTimeout.TotalMilliseconds < int.MaxValue, nameof(QueueTimeout), QueueTimeout,
            "above 0, and below 24 days");
        Require(Concurrency is null or >= 1, nameof(Concurrency), Concurrency, "1 or more, or null");
    }

    /// <summary>A copy, checked: what is changed afterwards has no effect.</summary>
    /// <exception cref="ArgumentOutOfRangeException">An option is outside its range; the message names it.</exception>
    internal CnnPredictorOptions Snapshot()
    {
        Validate();
        return (CnnPredictorOptions)MemberwiseClone();
    }

    private static void Require(bool isMet, string name, object? value, string range)
    {
        if (!isMet)
            throw new ArgumentOutOfRangeException(name, value, $"{nameof(CnnPredictorOptions)}.{name} must be {range}.");
    }
}
