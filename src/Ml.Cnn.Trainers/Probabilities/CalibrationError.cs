using TensorPrimitives = System.Numerics.Tensors.TensorPrimitives;

namespace Ml.Cnn.Trainers.Probabilities;

/// <summary>How far probabilities are from the truth.</summary>
internal static class CalibrationError
{
    private const int Bins = 15;
    private const double SmallestProbability = 1e-15; // as ML.NET's log loss

    /// <summary>
    /// The expected calibration error: the difference between the probability of the predicted class and the share of right answers, over 15 bins of equal
    /// width, weighted by the images in them (Guo et al. 2017, equation 3). NaN without images.
    /// </summary>
    public static double Expected(LabeledScores scores)
    {
        var (confidence, right) = (new double[Bins], new double[Bins]);
        for (var row = 0; row < scores.Count; row++)
        {
            var best = TensorPrimitives.IndexOfMax(scores.Row(row));
            var probability = scores.Row(row)[best];
            var bin = Math.Clamp((int)Math.Ceiling(probability * Bins) - 1, 0, Bins - 1);
            confidence[bin] += probability;
            right[bin] += best == scores.Labels[row] ? 1 : 0;
        }
        return confidence.Zip(right, (sure, hits) => Math.Abs(sure - hits)).Sum() / scores.Count;
    }

    /// <summary>The mean of −ln of the right class's probability; NaN without images.</summary>
    public static double LogLoss(LabeledScores scores)
    {
        var sum = 0.0;
        for (var row = 0; row < scores.Count; row++)
            sum -= Math.Log(Math.Max(scores.Row(row)[scores.Labels[row]], SmallestProbability));
        return sum / scores.Count;
    }
}
