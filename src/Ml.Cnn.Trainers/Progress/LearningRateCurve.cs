namespace Ml.Cnn.Trainers;

/// <summary>How the loss went while the learning rate rose from step to step: the range test of Smith 2015, section 3.3.</summary>
public sealed record LearningRateCurve
{
    internal LearningRateCurve() { }

    /// <summary>The steps, by rising rate. The last one is where the loss had grown to several times its lowest value, or the highest rate.</summary>
    public IReadOnlyList<LearningRatePoint> Points { get; init; } = [];

    /// <summary>The rate at which the loss fell most steeply, as its smoothed course shows nine steps later; null where it never fell.</summary>
    public double? Suggestion { get; init; }

    /// <summary>"100 steps, suggested learning rate 0.0123", or "no suggestion".</summary>
    public override string ToString() => FormattableString.Invariant($"{Points.Count} steps, ")
        + (Suggestion is { } rate ? FormattableString.Invariant($"suggested learning rate {rate:g4}") : "no suggestion");
}

/// <summary>A step of the range test.</summary>
public sealed record LearningRatePoint
{
    internal LearningRatePoint() { }

    /// <summary>The step's learning rate.</summary>
    public double LearningRate { get; init; }

    /// <summary>The loss of the step's batch, before the step.</summary>
    public double Loss { get; init; }

    /// <summary>The running mean of the losses so far.</summary>
    public double SmoothedLoss { get; init; }
}
