using System.Runtime.InteropServices;
using Ml.Cnn.Evaluation.Scores;

namespace Ml.Cnn.Evaluation.Statistics;

/// <summary>
/// What a network said of each image, as far as metrics need it: 21 bytes for an image instead of a probability for each class. Add images one by one.
/// </summary>
/// <param name="classes">How many classes there are.</param>
internal sealed class ImageOutcomes(int classes)
{
    /// <summary>Among how many of the best classes the right one is looked for at most.</summary>
    public const int Top = 5;

    private const double SmallestProbability = 1e-15; // as ML.NET's evaluator clips

    private readonly List<int> _labels = [];
    private readonly List<int> _predicted = [];
    private readonly List<byte> _before = [];
    private readonly List<float> _confidences = [];
    private readonly List<double> _losses = [];

    public ImageOutcomes(ImageScores scores) : this(scores.Classes)
    {
        for (var image = 0; image < scores.Labels.Length; image++)
            Add(scores.Labels[image], scores.Of(image));
    }

    public int Classes => classes;

    public int Count => _labels.Count;

    /// <summary>The right classes.</summary>
    public ReadOnlySpan<int> Labels => CollectionsMarshal.AsSpan(_labels);

    /// <summary>The classes with the highest scores, of equal ones the first; −1 where a score is no number.</summary>
    public ReadOnlySpan<int> Predicted => CollectionsMarshal.AsSpan(_predicted);

    /// <summary>The probabilities of the predicted classes; NaN where a score is no number.</summary>
    public ReadOnlySpan<float> Confidences => CollectionsMarshal.AsSpan(_confidences);

    /// <summary>Cross-entropies in nats.</summary>
    public ReadOnlySpan<double> Losses => CollectionsMarshal.AsSpan(_losses);

    /// <summary>Adds an image.</summary>
    /// <param name="label">Its class, from 0.</param>
    /// <param name="scores">A probability for each class.</param>
    public void Add(int label, ReadOnlySpan<float> scores)
    {
        var (predicted, before) = Rank(scores, label);
        _labels.Add(label);
        _predicted.Add(predicted);
        _before.Add((byte)Math.Min(before, byte.MaxValue));
        _confidences.Add(predicted < 0 ? float.NaN : scores[predicted]);
        _losses.Add(Loss(scores[label]));
    }

    public bool IsRight(int image) => _predicted[image] == _labels[image];

    /// <summary>Whether the right class is among so many of the highest scores, at most <see cref="Top"/>.</summary>
    public bool IsInTop(int image, int many = Top) => _before[image] < many;

    /// <summary>The cross-entropy of an image whose right class has a probability.</summary>
    public static double Loss(double probability) => -Math.Log(Math.Min(1, Math.Max(probability, SmallestProbability)));

    /// <summary>The mean cross-entropy; NaN where one is.</summary>
    /// <exception cref="InvalidOperationException">There is no image.</exception>
    public double LogLoss() => _losses.Average();

    /// <summary>How many images have their class among so many of the highest scores, at most <see cref="Top"/>.</summary>
    public int CountInTop(int many = Top) => _before.Count(before => before < many);

    /// <summary>The share of images that are right; NaN without an image.</summary>
    public double Accuracy() => (double)CountInTop(1) / Count;

    /// <summary>The share of images whose class is among the five highest scores; NaN without an image.</summary>
    public double Top5Accuracy() => (double)CountInTop() / Count;

    /// <summary>Whether another network was asked about the same images.</summary>
    public bool IsOfSameImages(ImageOutcomes other) => Classes == other.Classes && Labels.SequenceEqual(other.Labels);

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
