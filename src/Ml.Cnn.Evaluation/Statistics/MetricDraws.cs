namespace Ml.Cnn.Evaluation.Statistics;

/// <summary>The metrics of a network in each draw of <see cref="ImageResamples"/>: those whose distribution is not known in closed form.</summary>
internal sealed record MetricDraws(double[] MacroAccuracy, double[] LogLoss, double[] MacroF1)
{
    private const double Level = 0.95;

    public static MetricDraws Of(ImageOutcomes outcomes, ImageResamples resamples)
    {
        var draws = new MetricDraws(new double[resamples.Draws], new double[resamples.Draws], new double[resamples.Draws]);
        int[] wrong = [.. Enumerable.Range(0, outcomes.Count).Where(image => !outcomes.IsRight(image))];
        var counts = new ClassCounts(outcomes.Classes);
        for (var draw = 0; draw < resamples.Draws; draw++)
        {
            var times = resamples.Counts(draw);
            Count(outcomes, wrong, times, resamples.Actual(draw), counts);
            draws.MacroAccuracy[draw] = counts.MacroAccuracy();
            draws.MacroF1[draw] = counts.MacroF1();
            draws.LogLoss[draw] = Sum(outcomes.Losses, times) / outcomes.Count;
        }
        return draws;
    }

    /// <summary>The interval from the draws' percentiles.</summary>
    public static CnnInterval Interval(double[] draws)
    {
        var sorted = draws.Order().ToArray();
        return new(Percentile((1 - Level) / 2), Percentile((1 + Level) / 2));

        double Percentile(double share)
        {
            var place = share * (sorted.Length - 1);
            var below = (int)place;
            return sorted[below] + (place - below) * (sorted[Math.Min(below + 1, sorted.Length - 1)] - sorted[below]);
        }
    }

    // All images are right but those that are not, which are fewer.
    private static void Count(ImageOutcomes outcomes, int[] wrong, ReadOnlySpan<byte> times, ReadOnlySpan<int> actual, ClassCounts counts)
    {
        actual.CopyTo(counts.Actual);
        actual.CopyTo(counts.Predicted);
        actual.CopyTo(counts.Right);
        foreach (var image in wrong)
        {
            int many = times[image];
            if (many == 0)
                continue;
            var (label, predicted) = (outcomes.Labels[image], outcomes.Predicted[image]);
            counts.Right[label] -= many;
            counts.Predicted[label] -= many;
            if (predicted >= 0)
                counts.Predicted[predicted] += many;
        }
    }

    private static double Sum(ReadOnlySpan<double> losses, ReadOnlySpan<byte> times)
    {
        var sum = 0.0;
        for (var i = 0; i < losses.Length; i++)
            sum += losses[i] * times[i];
        return sum;
    }
}
