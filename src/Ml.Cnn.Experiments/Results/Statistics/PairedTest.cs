using Ml.Cnn.Evaluation.Statistics;

namespace Ml.Cnn.Experiments.Results.Statistics;

/// <summary>
/// Whether two networks differ in a metric by more than the choice of the validation images explains: the same images for both, so that what is hard for
/// both counts for neither (Dietterich 1998, "Approximate Statistical Tests for Comparing Supervised Classification Learning Algorithms").
/// </summary>
internal static class PairedTest
{
    /// <summary>The two-sided p-value.</summary>
    /// <remarks>
    /// Accuracy and top-5 accuracy: <see cref="McNemarTest"/>. The others: the paired bootstrap, whose draws both share; the difference divided by the
    /// deviation of the draws' differences is taken for normal (Efron and Tibshirani 1993, section 13.2), since a share of a thousand draws is too coarse
    /// for <see cref="HolmCorrection"/>.
    /// </remarks>
    public static double P(TrialEvidence one, TrialEvidence other, CnnExperimentMetric metric) => metric switch
    {
        CnnExperimentMetric.Accuracy => McNemar(one.Outcomes, other.Outcomes, (outcomes, image) => outcomes.IsRight(image)),
        CnnExperimentMetric.Top5Accuracy => McNemar(one.Outcomes, other.Outcomes, (outcomes, image) => outcomes.IsInTop(image)),
        _ => Bootstrap(one.Metrics.Of(metric) - other.Metrics.Of(metric), one.DrawsOf(metric)!, other.DrawsOf(metric)!),
    };

    private static double McNemar(ImageOutcomes one, ImageOutcomes other, Func<ImageOutcomes, int, bool> isRight)
    {
        var (onlyOne, onlyOther) = (0, 0);
        for (var image = 0; image < one.Count; image++)
        {
            var (first, second) = (isRight(one, image), isRight(other, image));
            if (first && !second)
                onlyOne++;
            else if (second && !first)
                onlyOther++;
        }
        return McNemarTest.MidP(onlyOne, onlyOther);
    }

    private static double Bootstrap(double difference, double[] one, double[] other)
    {
        var differences = one.Zip(other, (a, b) => a - b).ToArray();
        var mean = differences.Average();
        var deviation = Math.Sqrt(differences.Sum(d => (d - mean) * (d - mean)) / (differences.Length - 1));
        return difference == 0 ? 1 : NormalDistribution.TwoSidedP(difference / deviation);
    }
}
