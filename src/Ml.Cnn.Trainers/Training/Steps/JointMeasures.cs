using Ml.Cnn.Trainers.Collectives;
using Ml.Cnn.Trainers.Metrics;

namespace Ml.Cnn.Trainers.Training.Steps;

/// <summary>What the metrics come to over the images of all processes, to the same bits in all of them.</summary>
/// <param name="collectives">The processes.</param>
internal sealed class JointMeasures(ICollectives collectives)
{
    private int[]? _lengths; // of each metric's sums; 0 where it says nothing about the network

    /// <summary>Adds up all processes' sums, and hands a number of each to all.</summary>
    /// <param name="mine">This process's; null: it had no images.</param>
    /// <param name="note">This process's number.</param>
    public (MetricSums Sums, double[] Notes) Join(MetricSums? mine, double note)
    {
        var ofMine = Metric.All.Select(metric => mine is { Images: > 0 } && mine.Metrics.TryGetValue(metric.Name, out var sums) ? sums : []).ToArray();
        if (_lengths is null || ofMine.Index().Any(one => one.Item.Length > _lengths[one.Index]))
            _lengths = null;
        _lengths ??= Longest(ofMine);
        var row = new List<double> { mine?.Images ?? 0, note };
        foreach (var (metric, sums) in ofMine.Index())
            row.AddRange([.. sums, .. Enumerable.Repeat(0.0, _lengths[metric] - sums.Length)]);
        var all = collectives.Gather([.. row]);

        var metrics = new Dictionary<string, double[]>();
        var at = 2;
        foreach (var (index, metric) in Metric.All.Index())
        {
            if (_lengths[index] > 0)
                metrics.Add(metric.Name, [.. Enumerable.Range(at, _lengths[index]).Select(place => all.Sum(one => one[place]))]);
            at += _lengths[index];
        }
        return (new() { Images = (long)all.Sum(one => one[0]), Metrics = metrics }, [.. all.Select(one => one[1])]);
    }

    private int[] Longest(double[][] mine)
    {
        var all = collectives.Gather([.. mine.Select(sums => (double)sums.Length)]);
        return [.. mine.Index().Select(one => (int)all.Max(lengths => lengths[one.Index]))];
    }
}
