namespace Ml.Cnn.Evaluation.Measures;

/// <summary>The curve of risk over coverage.</summary>
internal static class RiskCoverageMeasures
{
    /// <param name="confidences">In ascending order; at least one.</param>
    /// <param name="right">Whether the images are right, in the same order.</param>
    public static CnnRiskCoverage Of(ReadOnlySpan<float> confidences, ReadOnlySpan<bool> right)
    {
        var points = new List<CnnCoveragePoint>();
        var (images, hits, area) = (0, 0, 0.0);
        for (var next = confidences.Length - 1; next >= 0;)
        {
            // No threshold parts images with one probability.
            var (threshold, before) = (confidences[next], images);
            for (; next >= 0 && confidences[next] == threshold; next--, images++)
                hits += right[next] ? 1 : 0;
            points.Add(new((double)images / confidences.Length, (double)hits / images, threshold));
            area += (images - before) * (1 - (double)hits / images);
        }
        return new([.. points], area / confidences.Length);
    }
}
