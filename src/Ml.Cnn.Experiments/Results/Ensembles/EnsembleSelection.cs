using System.Numerics.Tensors;
using Ml.Cnn.Evaluation.Scores;

namespace Ml.Cnn.Experiments.Results.Ensembles;

/// <summary>
/// Greedy selection with replacement (Caruana et al. 2004, section 2.1): to the best network, again and again the one is added that makes the average best;
/// one that is added twice weighs twice. The best of all these averages is taken. Of more than five networks none is made: each costs memory and time.
/// </summary>
internal static class EnsembleSelection
{
    private const int Rounds = 20;
    private const int MostNetworks = 5;

    /// <summary>How often each candidate is in the ensemble.</summary>
    /// <param name="candidates">Probabilities of the same images.</param>
    /// <param name="images">The images that the choice is made on.</param>
    /// <param name="metric">What is to be good. Of equally good ones the one with the lower log loss is taken.</param>
    public static int[] Select(IReadOnlyList<ImageScores> candidates, int[] images, CnnExperimentMetric metric)
    {
        var (chosen, best) = (new int[candidates.Count], new int[candidates.Count]);
        var bestQuality = Quality.Worst;
        var parts = candidates.Select(candidate => Part(candidate, images)).ToArray();
        var (sum, trial) = (new float[parts[0].Probabilities.Length], new float[parts[0].Probabilities.Length]);
        for (var round = 1; round <= Rounds; round++)
        {
            var (next, nextQuality) = (-1, Quality.Worst);
            var isFull = chosen.Count(times => times > 0) == MostNetworks;
            for (var candidate = 0; candidate < parts.Length; candidate++)
            {
                if (isFull && chosen[candidate] == 0)
                    continue;
                TensorPrimitives.Add(sum, parts[candidate].Probabilities, trial);
                TensorPrimitives.Multiply(trial, 1f / round, trial);
                var quality = Quality.Of(parts[0] with { Probabilities = trial }, metric);
                if (next < 0 || quality.IsBetterThan(nextQuality))
                    (next, nextQuality) = (candidate, quality);
            }
            TensorPrimitives.Add(sum, parts[next].Probabilities, sum);
            chosen[next]++;
            if (round > 1 && !nextQuality.IsBetterThan(bestQuality))
                continue;
            bestQuality = nextQuality;
            chosen.CopyTo(best, 0);
        }
        return best;
    }

    /// <summary>The candidate that is best by itself.</summary>
    public static int Best(IReadOnlyList<ImageScores> candidates, int[] images, CnnExperimentMetric metric)
    {
        var (best, bestQuality) = (0, Quality.Worst);
        for (var candidate = 0; candidate < candidates.Count; candidate++)
        {
            var quality = Quality.Of(Part(candidates[candidate], images), metric);
            if (candidate == 0 || quality.IsBetterThan(bestQuality))
                (best, bestQuality) = (candidate, quality);
        }
        return best;
    }

    /// <summary>Writes the averaged probabilities of some images.</summary>
    public static void Average(IReadOnlyList<ImageScores> candidates, int[] times, int[] images, float[] probabilities)
    {
        var classes = candidates[0].Classes;
        var all = (float)times.Sum();
        foreach (var image in images)
        {
            var row = probabilities.AsSpan(image * classes, classes);
            row.Clear();
            for (var candidate = 0; candidate < times.Length; candidate++)
                if (times[candidate] > 0)
                    TensorPrimitives.MultiplyAdd(candidates[candidate].Of(image), times[candidate] / all, row, row);
        }
    }

    private static ImageScores Part(ImageScores scores, int[] images)
    {
        var probabilities = new float[images.Length * scores.Classes];
        foreach (var (place, image) in images.Index())
            scores.Of(image).CopyTo(probabilities.AsSpan(place * scores.Classes));
        return new([.. images.Select(image => scores.Labels[image])], probabilities, scores.Classes);
    }

    private readonly record struct Quality(double Score, double LogLoss)
    {
        public static Quality Worst => new(double.NegativeInfinity, double.PositiveInfinity);

        public static Quality Of(ImageScores scores, CnnExperimentMetric metric)
        {
            var metrics = CnnTrialMetrics.Of(new(scores));
            return new(metrics.ScoreOf(metric), metrics.LogLoss);
        }

        public bool IsBetterThan(Quality other) => Score > other.Score || (Score == other.Score && LogLoss < other.LogLoss);
    }
}
