using Ml.Cnn.Evaluation.Scores;

namespace Ml.Cnn.Evaluation.Statistics;

/// <summary>
/// What a network said of each image, as far as metrics need it: a few bytes for an image instead of a probability for each class.
/// </summary>
internal sealed class ImageOutcomes
{
    private const int Top = 5;
    private const double SmallestProbability = 1e-15; // as ML.NET's evaluator clips

    public ImageOutcomes(ImageScores scores)
    {
        (Labels, Classes) = (scores.Labels, scores.Classes);
        Predicted = new int[Count];
        IsInTop = new bool[Count];
        Losses = new double[Count];
        for (var image = 0; image < Count; image++)
        {
            var label = Labels[image];
            var row = scores.Of(image);
            (Predicted[image], var before) = Rank(row, label);
            IsInTop[image] = before < Top;
            Losses[image] = Loss(row[label]);
        }
    }

    /// <summary>The right classes.</summary>
    public int[] Labels { get; }

    public int Classes { get; }

    /// <summary>The classes with the highest scores, of equal ones the first; −1 where a score is no number.</summary>
    public int[] Predicted { get; }

    /// <summary>Whether the right class is among the five highest scores.</summary>
    public bool[] IsInTop { get; }

    /// <summary>Cross-entropies in nats.</summary>
    public double[] Losses { get; }

    public int Count => Labels.Length;

    public bool IsRight(int image) => Predicted[image] == Labels[image];

    /// <summary>The cross-entropy of an image whose right class has a probability.</summary>
    public static double Loss(double probability) => -Math.Log(Math.Min(1, Math.Max(probability, SmallestProbability)));

    /// <summary>The share of images that are right; NaN without an image.</summary>
    public double Accuracy() => (double)Enumerable.Range(0, Count).Count(IsRight) / Count;

    /// <summary>The share of images whose class is among the five highest scores; NaN without an image.</summary>
    public double Top5Accuracy() => (double)IsInTop.Count(isInTop => isInTop) / Count;

    /// <summary>Whether another network was asked about the same images.</summary>
    public bool IsOfSameImages(ImageOutcomes other) => Classes == other.Classes && Labels.AsSpan().SequenceEqual(other.Labels);

    // The highest score, and how many come before the right class: of equal scores the first goes first, as ML.NET's evaluator sorts.
    private static (int Predicted, int Before) Rank(ReadOnlySpan<float> row, int label)
    {
        var (best, before, own) = (0, 0, row[label]);
        for (var i = 0; i < row.Length; i++)
        {
            if (float.IsNaN(row[i]))
                return (-1, int.MaxValue);
            if (row[i] > row[best])
                best = i;
            if (row[i] > own || (row[i] == own && i < label))
                before++;
        }
        return (best, before);
    }
}
