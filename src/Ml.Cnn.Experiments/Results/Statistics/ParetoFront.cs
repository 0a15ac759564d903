namespace Ml.Cnn.Experiments.Results.Statistics;

/// <summary>What is worth its cost: nothing that costs as little is better, and nothing as good costs less.</summary>
internal static class ParetoFront
{
    /// <summary>The places of what is on the front, from the cheapest to the best. Of equals the first is taken.</summary>
    /// <param name="scores">Higher is better; NaN: not on the front.</param>
    /// <param name="costs">Lower is better; null or NaN: not on the front.</param>
    public static IReadOnlyList<int> Of(IReadOnlyList<double> scores, IReadOnlyList<double?> costs)
    {
        var front = new List<int>();
        foreach (var i in Enumerable.Range(0, scores.Count).Where(i => double.IsFinite(scores[i]) && costs[i] is { } cost && double.IsFinite(cost))
            .OrderBy(i => costs[i]).ThenByDescending(i => scores[i]).ThenBy(i => i))
            if (front.Count == 0 || scores[i] > scores[front[^1]])
                front.Add(i);
        return front;
    }
}
