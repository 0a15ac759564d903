using Ml.Cnn.Trainers;

namespace Ml.Cnn.Evaluation.Measures;

/// <summary>Images in bins of as equal a number as may be, by the probability of their predicted class.</summary>
internal static class EqualMassBins
{
    /// <param name="confidences">In ascending order.</param>
    /// <param name="right">Whether the images are right, in the same order.</param>
    /// <param name="bins">How many, where no two images have one probability.</param>
    public static IReadOnlyList<CalibrationBin> Of(ReadOnlySpan<float> confidences, ReadOnlySpan<bool> right, int bins)
    {
        var found = new List<CalibrationBin>();
        var (start, lower) = (0, 0.0);
        for (var bin = 1; bin <= bins && start < confidences.Length; bin++)
        {
            // The last image is where the quantile bin ÷ bins lies, as NumPy's percentile finds it.
            var end = bin == bins ? confidences.Length : (int)((long)bin * (confidences.Length - 1) / bins) + 1;
            while (end < confidences.Length && confidences[end] == confidences[end - 1])
                end++;
            if (end <= start)
                continue;
            var (sum, hits) = (0.0, 0);
            for (var image = start; image < end; image++)
            {
                sum += confidences[image];
                hits += right[image] ? 1 : 0;
            }
            found.Add(new(lower, confidences[end - 1], end - start, sum / (end - start), (double)hits / (end - start)));
            (start, lower) = (end, confidences[end - 1]);
        }
        return found;
    }

    /// <summary>By how much probabilities and shares of right answers differ, weighted by the images.</summary>
    public static double Error(IReadOnlyList<CalibrationBin> bins) =>
        bins.Sum(bin => bin.Images * Math.Abs(bin.Probability - bin.Accuracy)) / bins.Sum(bin => (double)bin.Images);
}
