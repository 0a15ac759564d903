using System.Numerics.Tensors;
using System.Runtime.InteropServices;
using Ml.Cnn.Evaluation.Statistics;

namespace Ml.Cnn.Evaluation.Measures;

/// <summary>Counts what answers cost, image by image: 8 bytes for each.</summary>
internal sealed class CostMeasures
{
    private const int Listed = 10;

    private readonly IReadOnlyList<string> _classes;
    private readonly double[,] _costs; // of a class, taken for a class
    private readonly float[][] _costsOfAnswers; // the same, an array for each answer
    private readonly List<float> _paid = [];
    private readonly List<float> _least = [];
    private int _changed;

    /// <param name="classes">Their names.</param>
    /// <param name="costs">The user's.</param>
    /// <exception cref="ArgumentException">The costs name a class that is none.</exception>
    public CostMeasures(IReadOnlyList<string> classes, CnnCosts costs)
    {
        (_classes, _costs) = (classes, costs.Matrix(classes));
        _costsOfAnswers = [.. Enumerable.Range(0, classes.Count).Select(answer =>
            Enumerable.Range(0, classes.Count).Select(actual => (float)_costs[actual, answer]).ToArray())];
    }

    /// <summary>Adds an image.</summary>
    /// <param name="label">Its class.</param>
    /// <param name="predicted">The most probable class.</param>
    /// <param name="scores">A probability for each class.</param>
    public void Add(int label, int predicted, ReadOnlySpan<float> scores)
    {
        var (best, least) = (0, float.PositiveInfinity);
        for (var answer = 0; answer < _costsOfAnswers.Length; answer++)
        {
            var expected = TensorPrimitives.Dot(scores, _costsOfAnswers[answer]);
            if (expected < least)
                (best, least) = (answer, expected);
        }
        _paid.Add((float)_costs[label, predicted]);
        _least.Add((float)_costs[label, best]);
        _changed += best == predicted ? 0 : 1;
    }

    public CnnCostEvaluation Result(CnnConfusionMatrix confusion, ImageResamples resamples) => new()
    {
        MeanCost = Mean(_paid, resamples),
        LeastExpectedCost = Mean(_least, resamples),
        ChangedImages = _changed,
        Costliest = [.. Mistakes(confusion).Where(mistake => mistake.Cost > 0).OrderByDescending(mistake => mistake.Cost).Take(Listed)],
    };

    private IEnumerable<CnnCostlyMistake> Mistakes(CnnConfusionMatrix confusion)
    {
        for (var actual = 0; actual < _classes.Count; actual++)
            for (var predicted = 0; predicted < _classes.Count; predicted++)
                if (confusion[actual, predicted] is > 0 and var images)
                    yield return new(_classes[actual], _classes[predicted], images, images * _costs[actual, predicted]);
    }

    private static CnnEstimate Mean(List<float> costs, ImageResamples resamples) =>
        new(costs.Average(cost => (double)cost), MetricDraws.Interval(resamples.Means(CollectionsMarshal.AsSpan(costs))));
}
