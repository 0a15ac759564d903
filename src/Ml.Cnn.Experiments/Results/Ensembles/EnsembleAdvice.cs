using Ml.Cnn.Evaluation.Scores;
using Ml.Cnn.Evaluation.Statistics;
using Ml.Cnn.Experiments.Results.Statistics;

namespace Ml.Cnn.Experiments.Results.Ensembles;

/// <summary>Looks for an ensemble among the best trials, and finds out what it gains.</summary>
internal static class EnsembleAdvice
{
    private const int Seed = 20_040_704;
    private const int MostCandidates = 20;
    private const long MostProbabilities = 1 << 26; // of all candidates together, a quarter of a gigabyte
    private const int FewestImages = 40;            // a half must say something

    /// <summary>The ensemble; null where none is better than the best network.</summary>
    /// <param name="ranked">Trials from the best on.</param>
    /// <param name="metric">What is to be good.</param>
    public static CnnEnsembleSuggestion? Of(IReadOnlyList<CnnRunDetail> ranked, CnnExperimentMetric metric)
    {
        var (runs, scores) = Candidates(ranked);
        if (runs.Count < 2 || scores[0].Labels.Length < FewestImages)
            return null;
        var (first, second) = Halves(scores[0].Labels);
        var ensemble = new float[scores[0].Probabilities.Length];
        var single = new float[scores[0].Probabilities.Length];
        foreach (var (chosenOn, measuredOn) in (((int[], int[])[])[(first, second), (second, first)]))
        {
            EnsembleSelection.Average(scores, EnsembleSelection.Select(scores, chosenOn, metric), measuredOn, ensemble);
            var alone = new int[scores.Count];
            alone[EnsembleSelection.Best(scores, chosenOn, metric)] = 1;
            EnsembleSelection.Average(scores, alone, measuredOn, single);
        }
        var resamples = new ImageResamples(scores[0].Labels, scores[0].Classes);
        var (together, best) = (Evidence(ensemble), Evidence(single));
        var gain = together.Metrics.ScoreOf(metric) - best.Metrics.ScoreOf(metric);
        return gain > 0 ? Suggestion(runs, EnsembleSelection.Select(scores, [.. first, .. second], metric), metric) with
        {
            ExpectedMetric = together.Metrics.Of(metric),
            ExpectedGain = gain,
            PValue = PairedTest.P(together, best, metric),
        } is { Members.Count: > 1 } suggestion ? suggestion : null : null;

        TrialEvidence Evidence(float[] probabilities) =>
            TrialEvidence.Of(new ImageOutcomes(scores[0] with { Probabilities = probabilities }), resamples);
    }

    private static (List<CnnRunDetail> Runs, List<ImageScores> Scores) Candidates(IReadOnlyList<CnnRunDetail> ranked)
    {
        var (runs, scores) = (new List<CnnRunDetail>(), new List<ImageScores>());
        foreach (var run in ranked)
        {
            if (runs.Count == MostCandidates || (runs.Count >= 2 && (runs.Count + 1L) * scores[0].Probabilities.Length > MostProbabilities))
                break;
            if (run.Scores() is not { } one || (scores.Count > 0 && !IsOfSameImages(one, scores[0])))
                continue;
            runs.Add(run);
            scores.Add(one);
        }
        return (runs, scores);
    }

    private static bool IsOfSameImages(ImageScores one, ImageScores other) =>
        one.Classes == other.Classes && one.Labels.AsSpan().SequenceEqual(other.Labels);

    // Every other image of each class, in an order drawn once.
    private static (int[] First, int[] Second) Halves(int[] labels)
    {
        var random = new Random(Seed);
        var (halves, place) = (new List<int>[] { [], [] }, 0);
        foreach (var images in Enumerable.Range(0, labels.Length).GroupBy(image => labels[image]).OrderBy(group => group.Key).Select(group => group.ToArray()))
        {
            random.Shuffle(images);
            foreach (var image in images)
                halves[place++ % 2].Add(image);
        }
        return ([.. halves[0]], [.. halves[1]]);
    }

    private static CnnEnsembleSuggestion Suggestion(List<CnnRunDetail> runs, int[] times, CnnExperimentMetric metric)
    {
        var members = runs.Zip(times, (run, count) => (Run: run, Count: count)).Where(member => member.Count > 0).ToArray();
        return new()
        {
            Members = [.. members.OrderByDescending(member => member.Count)
                .Select(member => new CnnEnsembleMember(member.Run.Trial, member.Run.TrainerName, (double)member.Count / times.Sum()))],
            Metric = metric,
            ExpectedMetric = double.NaN,
            ExpectedGain = double.NaN,
            PValue = double.NaN,
            MultiplyAdds = members.All(member => member.Run.MultiplyAdds is not null) ? members.Sum(member => member.Run.MultiplyAdds) : null,
            LatencyMilliseconds = members.All(member => member.Run.LatencyMilliseconds is not null)
                ? members.Sum(member => member.Run.LatencyMilliseconds) : null,
            ModelBytes = members.Sum(member => member.Run.ModelBytes),
        };
    }
}
