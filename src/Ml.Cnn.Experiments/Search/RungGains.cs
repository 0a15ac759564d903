namespace Ml.Cnn.Experiments.Search;

/// <summary>What trials have gained from rung to rung, and what that lets expect of those that were not trained so far.</summary>
internal sealed class RungGains
{
    /// <summary>Of fewer gains neither the largest nor the spread says much.</summary>
    private const int Enough = 3;

    private readonly double[][] _gains; // of each rung to the next, in rising order

    public RungGains(IReadOnlyList<SearchTrial> trials, int rungs)
    {
        _gains = [.. Enumerable.Range(0, rungs - 1).Select(rung => trials.Where(t => !t.HasFailed && t.Scores.Count > rung + 1)
            .Select(t => t.Scores[rung + 1] - t.Scores[rung]).Order().ToArray())];
        Highest = Array.FindLastIndex(_gains, gains => gains.Length > 0) + 1;
    }

    /// <summary>The highest rung that a trial has come to, from 0.</summary>
    public int Highest { get; }

    /// <summary>What a trial's last score would probably be at the highest rung that was come to: the median gains are added.</summary>
    public double Expected(SearchTrial trial)
    {
        var score = trial.Scores[^1];
        for (var rung = trial.Scores.Count - 1; rung < Highest; rung++)
            score += _gains[rung][_gains[rung].Length / 2];
        return score;
    }

    /// <summary>The deviation of the gains from a rung to the next; null where too few are known.</summary>
    public double? Spread(int rung) => _gains[rung].Length < Enough ? null : Deviation(_gains[rung]);

    /// <summary>
    /// More than a score at a rung can be expected to become at another: at each rung until there it gains what the luckiest trial did, and a deviation of
    /// the gains beside that. Infinite where too few gains are known.
    /// </summary>
    public double AtMost(double score, int at, int rung)
    {
        for (var from = at; from < rung; from++)
        {
            var gains = _gains[from];
            if (Spread(from) is not { } spread)
                return double.PositiveInfinity;
            score += gains[^1] + spread;
        }
        return score;
    }

    /// <summary>The standard deviation of a sample of at least two.</summary>
    public static double Deviation(IReadOnlyCollection<double> sample)
    {
        var mean = sample.Average();
        return Math.Sqrt(sample.Sum(number => (number - mean) * (number - mean)) / (sample.Count - 1));
    }
}
