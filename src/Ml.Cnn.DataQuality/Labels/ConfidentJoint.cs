using Ml.Cnn.Trainers.Probabilities;

namespace Ml.Cnn.DataQuality.Labels;

/// <summary>How many images with each given label probably belong to each class.</summary>
/// <remarks>
/// Northcutt, Jiang, Chuang: Confident Learning: Estimating Uncertainty in Dataset Labels (JAIR 70, 2021), section 3.1. An image counts for the class whose
/// probability reaches that class's threshold, the mean probability over the images that are labeled so; where several do, for the most probable of them; where
/// none does, not at all. The counts are then scaled to the number of images with each label (equation 3), in whole images.
/// </remarks>
internal sealed class ConfidentJoint
{
    private ConfidentJoint(double[] thresholds, int[,] counts, int[,] calibrated) => (Thresholds, Counts, Calibrated) = (thresholds, counts, calibrated);

    /// <summary>For each class the mean probability of that class over the images labeled so (equation 2); NaN without such images.</summary>
    public double[] Thresholds { get; }

    /// <summary>[label, class]: images that are labeled one and confidently belong to the other (equation 1).</summary>
    public int[,] Counts { get; }

    /// <summary>The same, scaled so that each row sums to the number of images with that label.</summary>
    public int[,] Calibrated { get; }

    public static ConfidentJoint Of(LabeledScores scores)
    {
        var thresholds = ThresholdsOf(scores);
        var counts = new int[scores.Classes, scores.Classes];
        for (var row = 0; row < scores.Count; row++)
            if (ConfidentClass(scores.Row(row), thresholds) is { } confident)
                counts[scores.Labels[row], confident]++;
        return new(thresholds, counts, Calibrate(counts, scores.Labels));
    }

    private static double[] ThresholdsOf(LabeledScores scores)
    {
        var (sums, images) = (new double[scores.Classes], new int[scores.Classes]);
        for (var row = 0; row < scores.Count; row++)
        {
            sums[scores.Labels[row]] += scores.Row(row)[scores.Labels[row]];
            images[scores.Labels[row]]++;
        }
        return [.. sums.Zip(images, (sum, count) => sum / count)];
    }

    /// <summary>The class that an image counts for; null where no probability reaches its threshold.</summary>
    public static int? ConfidentClass(ReadOnlySpan<float> probabilities, double[] thresholds)
    {
        int? best = null;
        for (var j = 0; j < probabilities.Length; j++)
            if (probabilities[j] >= thresholds[j] && (best is null || probabilities[j] > probabilities[best.Value]))
                best = j;
        return best;
    }

    private static int[,] Calibrate(int[,] counts, IReadOnlyList<int> labels)
    {
        var classes = counts.GetLength(0);
        var images = new int[classes];
        foreach (var label in labels)
            images[label]++;
        var calibrated = new int[classes, classes];
        for (var i = 0; i < classes; i++)
        {
            var sum = Enumerable.Range(0, classes).Sum(j => counts[i, j]);
            if (sum == 0)
                calibrated[i, i] = images[i]; // nothing confident is known of the label
            else
                FillRow(calibrated, i, [.. Enumerable.Range(0, classes).Select(j => (double)counts[i, j] * images[i] / sum)], images[i]);
        }
        return calibrated;
    }

    /// <summary>Whole numbers with the sum of the shares: what rounding down leaves over goes to the largest remainders.</summary>
    private static void FillRow(int[,] calibrated, int row, double[] shares, int total)
    {
        for (var j = 0; j < shares.Length; j++)
            calibrated[row, j] = (int)shares[j];
        var left = total - shares.Sum(share => (int)share);
        foreach (var j in Enumerable.Range(0, shares.Length).OrderByDescending(j => shares[j] - (int)shares[j]).ThenBy(j => j).Take(left))
            calibrated[row, j]++;
    }
}
