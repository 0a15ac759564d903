using System.Collections;
using System.Diagnostics.CodeAnalysis;

namespace Ml.Cnn.Trainers.Metrics;

/// <summary>Metrics by their names, in their order. Equal to any with the same names and numbers, so that records that hold them compare by value.</summary>
internal sealed class MetricValues : IReadOnlyDictionary<string, double>
{
    private readonly OrderedDictionary<string, double> _values;

    private MetricValues(IEnumerable<KeyValuePair<string, double>> values) => _values = new(values);

    public static MetricValues None { get; } = new([]);

    public int Count => _values.Count;

    public IEnumerable<string> Keys => _values.Keys;

    public IEnumerable<double> Values => _values.Values;

    public double this[string key] => _values.TryGetValue(key, out var value)
        ? value
        : throw new KeyNotFoundException($"There is no metric '{key}' here. Metrics: {string.Join(", ", _values.Keys)}.");

    public static MetricValues Of(IEnumerable<KeyValuePair<string, double>> values) => values as MetricValues ?? new(values);

    public static MetricValues Of(params IEnumerable<(Metric Metric, double Value)> values) =>
        new(values.Select(one => KeyValuePair.Create(one.Metric.Name, one.Value)));

    public bool ContainsKey(string key) => _values.ContainsKey(key);

    public bool TryGetValue(string key, [MaybeNullWhen(false)] out double value) => _values.TryGetValue(key, out value);

    public IEnumerator<KeyValuePair<string, double>> GetEnumerator() => _values.GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    public override bool Equals(object? obj) =>
        obj is MetricValues other && Count == other.Count && this.All(one => other.TryGetValue(one.Key, out var value) && value.Equals(one.Value));

    public override int GetHashCode() => _values.Aggregate(Count, (hash, one) => hash ^ HashCode.Combine(one.Key, one.Value));

    /// <summary>"loss 0.1234, accuracy 0.9876".</summary>
    public override string ToString() => ToString("");

    /// <param name="before">Written before each name.</param>
    public string ToString(string before) => string.Join(", ", _values.Select(one => FormattableString.Invariant($"{before}{one.Key} {one.Value:0.0000}")));
}
