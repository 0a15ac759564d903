using Ml.Cnn.Evaluation;

namespace Ml.Cnn.Experiments;

/// <summary>
/// Between what values the metrics of a trial's network lie with 95 % confidence, if other images of the same kind were scored: the share of chance that
/// comes from the choice of the validation images. What another training with another seed would have come to is not in it.
/// </summary>
/// <remarks>
/// Accuracy and top-5 accuracy: Wilson's interval (Wilson 1927, "Probable inference, the law of succession, and statistical inference"). The others: the
/// percentile bootstrap over the images (Efron and Tibshirani 1993, "An Introduction to the Bootstrap", section 13.3) with a fixed seed.
/// </remarks>
public sealed record CnnTrialIntervals
{
    /// <summary>Of <see cref="CnnTrialMetrics.Accuracy"/>.</summary>
    public required CnnInterval Accuracy { get; init; }

    /// <summary>Of <see cref="CnnTrialMetrics.Top5Accuracy"/>.</summary>
    public required CnnInterval Top5Accuracy { get; init; }

    /// <summary>Of <see cref="CnnTrialMetrics.MacroAccuracy"/>; null where the network's scores are not at hand.</summary>
    public CnnInterval? MacroAccuracy { get; init; }

    /// <summary>Of <see cref="CnnTrialMetrics.LogLoss"/>; null where the network's scores are not at hand.</summary>
    public CnnInterval? LogLoss { get; init; }

    /// <summary>Of <see cref="CnnTrialMetrics.MacroF1"/>; null where the network's scores are not at hand.</summary>
    public CnnInterval? MacroF1 { get; init; }

    /// <summary>One of them by its metric's name.</summary>
    /// <exception cref="ArgumentOutOfRangeException">There is no such metric.</exception>
    public CnnInterval? Of(CnnExperimentMetric metric) => metric switch
    {
        CnnExperimentMetric.Accuracy => Accuracy,
        CnnExperimentMetric.MacroAccuracy => MacroAccuracy,
        CnnExperimentMetric.LogLoss => LogLoss,
        CnnExperimentMetric.Top5Accuracy => Top5Accuracy,
        CnnExperimentMetric.MacroF1 => MacroF1,
        _ => throw new ArgumentOutOfRangeException(nameof(metric), metric, "There is no such metric."),
    };
}
