namespace Ml.Cnn.Trainers.Probabilities;

/// <summary>
/// Sets of classes that hold the right one with a stated probability: split conformal prediction with 1 − p as the score of a class (Vovk et al. 2005;
/// Sadinle, Lei and Wasserman 2019). The promise holds for images drawn as those of the calibration were, on the average over both.
/// </summary>
internal static class PredictionSets
{
    /// <summary>The probability from which on classes belong to a set, so that it holds the right class of the share of images that is asked for.</summary>
    /// <param name="scores">Probabilities, with their temperature, of images that training has not seen.</param>
    /// <param name="coverage">The share, above 0 and below 1.</param>
    /// <returns>0, which is every class, where the images are too few for that coverage.</returns>
    public static double Threshold(LabeledScores scores, double coverage)
    {
        var right = new float[scores.Count];
        for (var row = 0; row < right.Length; row++)
            right[row] = scores.Row(row)[scores.Labels[row]];
        Array.Sort(right);
        // The ⌈(n + 1) · coverage⌉-th smallest of 1 − p is the same place among p from above.
        var place = (int)Math.Ceiling((right.Length + 1) * coverage - 1e-9);
        return place <= right.Length ? right[^place] : 0;
    }

    /// <summary>The classes of a set, the most probable first; none where no class is probable enough.</summary>
    public static int[] Of(ReadOnlySpan<float> probabilities, CnnCalibration calibration)
    {
        var threshold = (float)calibration.SetThreshold!.Value;
        var (classes, keys) = (new List<int>(), new List<float>());
        for (var i = 0; i < probabilities.Length; i++)
        {
            if (probabilities[i] >= threshold)
            {
                classes.Add(i);
                keys.Add(-probabilities[i]);
            }
        }
        var set = classes.ToArray();
        Array.Sort(keys.ToArray(), set);
        return set;
    }
}
