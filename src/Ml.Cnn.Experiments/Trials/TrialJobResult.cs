using System.Text.Json.Serialization;

namespace Ml.Cnn.Experiments.Trials;

/// <summary>What came of training a trial to a rung.</summary>
internal sealed record TrialJobResult
{
    public required CnnTrialStatus Status { get; init; }

    /// <summary>Why it is so; null for a training that came to its rung.</summary>
    public string? Reason { get; init; }

    /// <summary>Epochs that the trial has been trained for, those of earlier rungs included.</summary>
    public int Epochs { get; init; }

    /// <summary>Whether training ended before the rung, as the time did: the result counts, and is not compared with those of the rung.</summary>
    public bool IsPartial { get; init; }

    /// <summary>The metrics of a training that came to its rung; null of any other.</summary>
    [JsonIgnore]
    public CnnTrialMetrics? AtRung => IsPartial ? null : Metrics;

    /// <summary>Images that this job was trained on.</summary>
    public long Images { get; init; }

    /// <summary>How long the job took in all.</summary>
    public double Seconds { get; init; }

    /// <summary>How long its training steps took.</summary>
    public double TrainSeconds { get; init; }

    public CnnTrialMetrics? Metrics { get; init; }

    /// <summary>What the batch size was brought down to, where memory did not suffice for the configuration's.</summary>
    public int? BatchSize { get; init; }

    public long Parameters { get; init; }
    public long? MultiplyAdds { get; init; }
    public long ModelBytes { get; init; }
    public double? LatencyMilliseconds { get; init; }
    public long PeakMemory { get; init; }

    /// <summary>The machine and process that did it.</summary>
    public string Worker { get; init; } = "";
}
