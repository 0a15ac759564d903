namespace Ml.Cnn.Trainers.Settings;

/// <summary>When training ends before its last epoch, and what it then returns.</summary>
internal sealed record StoppingSettings
{
    [DoesNotAffectResult]
    public required EarlyStopping? EarlyStopping { get; init; }

    /// <summary>By what the best epoch, whose weights are kept, is chosen; null: the default for the validation there is.</summary>
    public EarlyStoppingMetric? RankedBy => EarlyStopping?.Metric;

    [DoesNotAffectResult]
    public required TimeSpan? TimeBudget { get; init; }

    [DoesNotAffectResult]
    public required CancellationHandling OnCancellation { get; init; }
}
