namespace Ml.Cnn.Evaluation.Measures;

/// <summary>How well the scores of a class put its images before all others: one class against the rest.</summary>
/// <param name="AveragePrecision">From 0 to 1, see <see cref="CnnClassEvaluation.AveragePrecision"/>.</param>
/// <param name="RocArea">From 0 to 1, see <see cref="CnnClassEvaluation.RocArea"/>.</param>
internal readonly record struct OneAgainstRest(double AveragePrecision, double RocArea)
{
    public static OneAgainstRest NotMeasured { get; } = new(double.NaN, double.NaN);

    /// <summary>Sorts the images by their scores, and measures.</summary>
    /// <param name="scores">Of the class, for each image.</param>
    /// <param name="isOfClass">Whether the images are of the class.</param>
    public static OneAgainstRest Measure(Span<float> scores, Span<bool> isOfClass)
    {
        scores.Sort(isOfClass);
        long all = isOfClass.Count(true), others = scores.Length - all;
        var (found, passed, precision, area) = (0L, 0L, 0.0, 0.0);
        for (var next = scores.Length - 1; next >= 0;)
        {
            // Images of equal scores have no order among themselves: a threshold takes all of them or none.
            var (score, foundBefore, passedBefore) = (scores[next], found, passed);
            for (; next >= 0 && scores[next] == score; next--)
            {
                if (isOfClass[next])
                    found++;
                else
                    passed++;
            }
            precision += (found - foundBefore) * ((double)found / (found + passed));
            area += (passed - passedBefore) * ((found + foundBefore) / 2.0);
        }
        return new(all > 0 ? precision / all : double.NaN, all > 0 && others > 0 ? area / all / others : double.NaN);
    }
}
