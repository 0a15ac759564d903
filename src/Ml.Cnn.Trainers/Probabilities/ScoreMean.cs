using Ml.Cnn.Transforms;
using TensorPrimitives = System.Numerics.Tensors.TensorPrimitives;

namespace Ml.Cnn.Trainers.Probabilities;

/// <summary>Means of what a network makes of several views of an image, or several networks of one.</summary>
internal static class ScoreMean
{
    // What is taken for the logarithm of a smaller probability: float32 has none.
    private const float SmallestProbability = 1.2e-38f;

    /// <summary>The mean of several rows of numbers.</summary>
    /// <param name="rows">The rows, one behind the other. Overwritten.</param>
    /// <param name="mean">Takes as many numbers as a row has.</param>
    /// <param name="average">What is averaged; logits of rows that are probabilities, of which probabilities are made again.</param>
    public static void Of(Span<float> rows, Span<float> mean, ScoreAverage average)
    {
        var count = rows.Length / mean.Length;
        mean.Clear();
        for (var row = 0; row < count; row++)
            Add(rows.Slice(row * mean.Length, mean.Length), 1f / count, mean, average);
        Finish(mean, average);
    }

    /// <summary>Adds a row to a weighted mean, which is zeros at first.</summary>
    /// <param name="row">The row. Overwritten.</param>
    /// <param name="weight">What it weighs; all weights together are 1.</param>
    /// <param name="mean">The mean so far.</param>
    /// <param name="average">What is averaged.</param>
    public static void Add(Span<float> row, float weight, Span<float> mean, ScoreAverage average)
    {
        if (average == ScoreAverage.Logits)
            ToLogits(row);
        TensorPrimitives.MultiplyAdd(row, weight, mean, mean);
    }

    /// <summary>Ends a mean: probabilities are made of the mean of logits.</summary>
    public static void Finish(Span<float> mean, ScoreAverage average)
    {
        if (average == ScoreAverage.Logits)
            ToProbabilities(mean);
    }

    /// <summary>Probabilities of logits: their softmax.</summary>
    public static void ToProbabilities(Span<float> logits)
    {
        TensorPrimitives.Subtract(logits, TensorPrimitives.Max(logits), logits);
        TensorPrimitives.SoftMax(logits, logits);
    }

    /// <summary>Logits of probabilities: their logarithms, which are the network's own logits but for a constant. NaN stays NaN.</summary>
    public static void ToLogits(Span<float> probabilities)
    {
        TensorPrimitives.Max(probabilities, SmallestProbability, probabilities);
        TensorPrimitives.Log(probabilities, probabilities);
    }
}
