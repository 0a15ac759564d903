using Ml.Cnn.Evaluation.Statistics;
using Ml.Cnn.Experiments.Results.Statistics;

namespace Ml.Cnn.Experiments.Results;

/// <summary>The intervals of all trials, and what tests say of their differences from the best one.</summary>
internal sealed class TrialComparison
{
    private readonly Dictionary<int, CnnTrialIntervals> _intervals = [];
    private readonly Dictionary<int, double?> _values = [];

    /// <summary>Knows nothing but what follows from the metrics.</summary>
    public static TrialComparison WithoutScores { get; } = new();

    /// <summary>Reads the scores of all trials, one after the other.</summary>
    /// <param name="ranked">From the best on.</param>
    /// <param name="others">Get intervals, and are compared with nothing.</param>
    /// <param name="metric">What differences are tested in.</param>
    public static TrialComparison Of(IReadOnlyList<CnnRunDetail> ranked, IReadOnlyList<CnnRunDetail> others, CnnExperimentMetric metric)
    {
        var comparison = new TrialComparison();
        var values = new double?[ranked.Count];
        var (best, sampled, resamples) = ((TrialEvidence?)null, (ImageOutcomes?)null, (ImageResamples?)null);
        foreach (var (place, run) in ranked.Concat(others).Index())
        {
            if (run.ValidationMetrics is null || run.Scores() is not { Labels.Length: > 0 } scores)
                continue;
            var outcomes = new ImageOutcomes(scores);
            if (sampled is null || !sampled.IsOfSameImages(outcomes))
                (sampled, resamples) = (outcomes, new(scores.Labels, scores.Classes)); // of the same images always the same
            var evidence = TrialEvidence.Of(outcomes, resamples!);
            comparison._intervals[run.Trial] = evidence.Intervals();
            if (place == 0)
                best = evidence;
            else if (place < ranked.Count && best is not null && best.Outcomes.IsOfSameImages(outcomes))
                values[place] = PairedTest.P(best, evidence, metric);
        }
        foreach (var (place, value) in HolmCorrection.Adjust(values).Index())
            comparison._values[ranked[place].Trial] = value;
        return comparison;
    }

    public CnnTrialIntervals? Intervals(CnnRunDetail run) =>
        _intervals.TryGetValue(run.Trial, out var known) ? known
        : run.ValidationMetrics is { Images: > 0 } metrics ? TrialEvidence.WithoutScores(metrics) : null;

    public double? PValue(CnnRunDetail run) => _values.GetValueOrDefault(run.Trial);
}
