using System.Diagnostics;

namespace Ml.Cnn.Trainers.Metrics;

/// <summary>Gathers what the batches of one pass come to, while the time runs.</summary>
/// <param name="before">The sums of an earlier part of the pass.</param>
internal sealed class PassTotals(MetricSums before)
{
    private readonly Stopwatch _time = Stopwatch.StartNew();
    private readonly double _secondsBefore = before.Seconds;
    private MetricSums _sums = before;

    public PassTotals() : this(new()) { }

    /// <summary>The sums so far, to go on from.</summary>
    public MetricSums Sums => _sums with { Seconds = Seconds };

    public long Images => _sums.Images;

    public double Seconds => _secondsBefore + _time.Elapsed.TotalSeconds;

    /// <summary>Over the images so far; none without images.</summary>
    public MetricValues Metrics => _sums.Values;

    public double ImagesPerSecond => Seconds > 0 ? Images / Seconds : 0;

    public void Add(MetricSums batch) => _sums += batch;

    public void Stop() => _time.Stop();
}
