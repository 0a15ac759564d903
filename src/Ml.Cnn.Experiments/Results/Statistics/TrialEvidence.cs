using Ml.Cnn.Evaluation.Statistics;

namespace Ml.Cnn.Experiments.Results.Statistics;

/// <summary>What is known of a trial's network on the validation images.</summary>
internal sealed record TrialEvidence(ImageOutcomes Outcomes, CnnTrialMetrics Metrics, MetricDraws Draws)
{
    public static TrialEvidence Of(ImageOutcomes outcomes, ImageResamples resamples) =>
        new(outcomes, CnnTrialMetrics.Of(outcomes), MetricDraws.Of(outcomes, resamples));

    /// <summary>A metric in each draw; null for metrics that are shares of images: their distribution is known.</summary>
    public double[]? DrawsOf(CnnExperimentMetric metric) => metric switch
    {
        CnnExperimentMetric.MacroAccuracy => Draws.MacroAccuracy,
        CnnExperimentMetric.LogLoss => Draws.LogLoss,
        CnnExperimentMetric.MacroF1 => Draws.MacroF1,
        _ => null,
    };

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
