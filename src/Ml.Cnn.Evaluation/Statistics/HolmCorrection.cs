namespace Ml.Cnn.Evaluation.Statistics;

/// <summary>
/// p-values for many comparisons at once (Holm 1979, "A Simple Sequentially Rejective Multiple Test Procedure"): with a limit of 0.05, the chance that even
/// one difference is called real that is none stays below 5 %.
/// </summary>
internal static class HolmCorrection
{
    /// <summary>The corrected values, in the order of the given ones. Those that are null stay so and are not counted.</summary>
    public static double?[] Adjust(IReadOnlyList<double?> values)
    {
        var adjusted = new double?[values.Count];
        var order = Enumerable.Range(0, values.Count).Where(i => values[i] is not null).OrderBy(i => values[i]).ToArray();
        var largest = 0.0;
        foreach (var (place, i) in order.Index())
            adjusted[i] = largest = Math.Max(largest, Math.Min(1, values[i]!.Value * (order.Length - place)));
        return adjusted;
    }
}
