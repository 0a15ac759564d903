using Ml.Cnn.Evaluation.Statistics;

namespace Ml.Cnn.Experiments;

/// <summary>A trial's network on the validation images. With folds: the means over the folds.</summary>
public sealed record CnnTrialMetrics
{
    /// <summary>The share of images whose class has the highest score, 0 to 1.</summary>
    public required double Accuracy { get; init; }

    /// <summary>The mean over the classes of the share of their images that are right, 0 to 1.</summary>
    public required double MacroAccuracy { get; init; }

    /// <summary>The mean cross-entropy in nats, 0 or more.</summary>
    public required double LogLoss { get; init; }

    /// <summary>The share of images whose class is among the five highest scores, 0 to 1.</summary>
    public required double Top5Accuracy { get; init; }

    /// <summary>The mean over the classes of F1, 0 to 1.</summary>
    public required double MacroF1 { get; init; }

    /// <summary>How many images were scored.</summary>
    public required long Images { get; init; }

    /// <summary>Those of a network on images.</summary>
    /// <exception cref="InvalidOperationException">There is no image.</exception>
    internal static CnnTrialMetrics Of(ImageOutcomes outcomes)
    {
        if (outcomes.Count == 0)
            throw new InvalidOperationException("Without a single image there are no metrics.");
        var counts = ClassCounts.Of(outcomes);
        return new()
        {
            Accuracy = outcomes.Accuracy(),
            MacroAccuracy = counts.MacroAccuracy(),
            LogLoss = outcomes.LogLoss(),
            Top5Accuracy = outcomes.Top5Accuracy(),
            MacroF1 = counts.MacroF1(),
            Images = outcomes.Count,
        };
    }

    /// <summary>One of them by its name.</summary>
    public double Of(CnnExperimentMetric metric) => metric switch
    {
        CnnExperimentMetric.Accuracy => Accuracy,
        CnnExperimentMetric.MacroAccuracy => MacroAccuracy,
        CnnExperimentMetric.LogLoss => LogLoss,
        CnnExperimentMetric.Top5Accuracy => Top5Accuracy,
        CnnExperimentMetric.MacroF1 => MacroF1,
        _ => throw new ArgumentOutOfRangeException(nameof(metric), metric, "There is no such metric."),
    };

    /// <summary>The same, turned so that higher is always better.</summary>
    internal double ScoreOf(CnnExperimentMetric metric) => metric == CnnExperimentMetric.LogLoss ? -LogLoss : Of(metric);
}
