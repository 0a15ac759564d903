namespace Ml.Cnn.Extensions;

/// <summary>How a predictor of an app fares at a moment.</summary>
public sealed record CnnPredictorStatus
{
    /// <summary>The full path of the model file.</summary>
    public required string ModelPath { get; init; }

    /// <summary>When the model that answers was written; null while there is none.</summary>
    public DateTimeOffset? ModelTime { get; init; }

    /// <summary>The name of the network that answers; null while there is none.</summary>
    public string? Network { get; init; }

    /// <summary>The number of classes that it tells apart; 0 while there is none.</summary>
    public int Classes { get; init; }

    /// <summary>Requests that wait for the network.</summary>
    public int QueueLength { get; init; }

    /// <summary>How many may wait.</summary>
    public required int MaximumQueueLength { get; init; }

    /// <summary>How often a model took the place of another.</summary>
    public int Reloads { get; init; }

    /// <summary>Why the file as it is now could not be loaded; null if the model that answers is the file's.</summary>
    public string? Failure { get; init; }
}
