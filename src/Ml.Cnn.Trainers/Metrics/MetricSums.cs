using System.Text.Json.Serialization;

namespace Ml.Cnn.Trainers.Metrics;

/// <summary>Sums over the images of a batch or of a pass, from which every metric is computed; as JSON a part of checkpoints.</summary>
internal sealed record MetricSums
{
    private Dictionary<string, double[]> _metrics = []; // never changed, since copies share it

    public long Images { get; init; }

    /// <summary>How long the pass took; 0 for a batch.</summary>
    public double Seconds { get; init; }

    /// <summary>Each metric's sums by its name; a metric that was not measured on every image is not there.</summary>
    public IReadOnlyDictionary<string, double[]> Metrics { get => _metrics; init => _metrics = new(value); }

    // What checkpoints held before there was a list of metrics; read, never written.
    public double? Loss { init => Take(Metric.Loss, value); }
    public double? Correct { init => Take(Metric.Accuracy, value); }
    public double? InTop5 { init => Take(Metric.Top5Accuracy, value); }

    /// <summary>Every metric that was measured on every image.</summary>
    [JsonIgnore]
    public MetricValues Values => Images == 0
        ? MetricValues.None
        : MetricValues.Of(Metric.All.Where(metric => _metrics.ContainsKey(metric.Name))
            .Select(metric => (metric, metric.Value(_metrics[metric.Name], Images))));

    /// <summary>Those of both parts together.</summary>
    public static MetricSums operator +(MetricSums first, MetricSums second) => first.Images == 0
        ? second with { Seconds = first.Seconds + second.Seconds }
        : new()
        {
            Images = first.Images + second.Images,
            Seconds = first.Seconds + second.Seconds,
            Metrics = first._metrics.Where(one => second._metrics.ContainsKey(one.Key))
                .ToDictionary(one => one.Key, one => one.Value.Zip(second._metrics[one.Key], (a, b) => a + b).ToArray()),
        };

    private void Take(Metric metric, double? sum)
    {
        if (sum is { } value)
            _metrics = new(_metrics) { [metric.Name] = [value] };
    }
}
