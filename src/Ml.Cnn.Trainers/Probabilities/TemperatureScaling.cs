using TensorPrimitives = System.Numerics.Tensors.TensorPrimitives;

namespace Ml.Cnn.Trainers.Probabilities;

/// <summary>One number by which logits are divided so that probabilities are as sure as they are right (Guo et al. 2017, section 4.2).</summary>
internal static class TemperatureScaling
{
    private const double Smallest = 1e-2;
    private const double Largest = 1e2;
    private const int Steps = 60;

    /// <summary>Makes a row of probabilities surer (below 1) or less sure.</summary>
    public static void Apply(Span<float> probabilities, double temperature)
    {
        ScoreMean.ToLogits(probabilities);
        TensorPrimitives.Multiply(probabilities, (float)(1 / temperature), probabilities);
        ScoreMean.ToProbabilities(probabilities);
    }

    /// <summary>The temperature, 0.01 to 100, with the lowest log loss.</summary>
    public static double Fit(LabeledScores scores)
    {
        // The log loss is convex in 1/T. Its slope there, the mean of (expected logit − right class's logit), rises: halve the range until it is 0.
        var logits = scores.Probabilities.ToArray();
        ScoreMean.ToLogits(logits);
        var (low, high) = (Math.Log(1 / Largest), Math.Log(1 / Smallest));
        for (var step = 0; step < Steps && high - low > 1e-9; step++)
        {
            var middle = (low + high) / 2;
            if (Slope(logits, scores, Math.Exp(middle)) > 0)
                high = middle;
            else
                low = middle;
        }
        return Math.Exp(-(low + high) / 2);
    }

    private static double Slope(float[] logits, LabeledScores scores, double inverse)
    {
        var room = new float[scores.Classes];
        var sum = 0.0;
        for (var row = 0; row < scores.Count; row++)
        {
            var own = logits.AsSpan(row * scores.Classes, scores.Classes);
            TensorPrimitives.Multiply(own, (float)inverse, room);
            ScoreMean.ToProbabilities(room);
            sum += TensorPrimitives.Dot(room, own) - own[scores.Labels[row]];
        }
        return sum;
    }
}
