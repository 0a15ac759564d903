namespace Ml.Cnn.Experiments.Results.Statistics;

/// <summary>What is known of a trial's network on the validation images.</summary>
internal sealed record TrialEvidence(ImageOutcomes Outcomes, CnnTrialMetrics Metrics, MetricDraws Draws)
{
    public static TrialEvidence Of(ImageOutcomes outcomes, ImageResamples resamples) =>
        new(outcomes, outcomes.Metrics(), MetricDraws.Of(outcomes, resamples));

    /// <summary>The intervals of all metrics.</summary>
    public CnnTrialIntervals Intervals() => WithoutScores(Metrics) with
    {
        MacroAccuracy = MetricDraws.Interval(Draws.MacroAccuracy),
        LogLoss = MetricDraws.Interval(Draws.LogLoss),
        MacroF1 = MetricDraws.Interval(Draws.MacroF1),
    };

    /// <summary>Those that follow from the metrics alone.</summary>
    public static CnnTrialIntervals WithoutScores(CnnTrialMetrics metrics) => new()
    {
        Accuracy = WilsonInterval.Of(metrics.Accuracy, metrics.Images),
        Top5Accuracy = WilsonInterval.Of(metrics.Top5Accuracy, metrics.Images),
    };
}
