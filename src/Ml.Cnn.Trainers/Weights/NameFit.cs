using static TorchSharp.torch;

namespace Ml.Cnn.Trainers.Weights;

/// <summary>Weights whose names may stand under a prefix, brought to the names of a network: "backbone.conv1.weight" to "conv1.weight".</summary>
/// <param name="Prefix">What was before the names, with its last dot; empty for most weights.</param>
/// <param name="Tensors">Names without the prefix and tensors, in the weights' order.</param>
/// <param name="Outside">Names that the prefix is not before: heads and counters of whoever wrapped the network.</param>
internal sealed record NameFit(string Prefix, IReadOnlyList<KeyValuePair<string, Tensor>> Tensors, IReadOnlyList<string> Outside)
{
    private const int MostSegments = 16;

    /// <summary>Finds the prefix under which the most names are the network's. Of several such, the first in the weights' order.</summary>
    /// <param name="weights">Names and tensors.</param>
    /// <param name="network">The names of the network's state.</param>
    public static NameFit Find(IEnumerable<KeyValuePair<string, Tensor>> weights, IReadOnlySet<string> network)
    {
        var all = weights.ToArray();
        var prefix = FindPrefix(all, network);
        return prefix.Length == 0 ? new("", all, [])
            : new(prefix,
                [.. all.Where(pair => IsUnder(pair.Key)).Select(pair => KeyValuePair.Create(pair.Key[prefix.Length..], pair.Value))],
                [.. all.Where(pair => !IsUnder(pair.Key)).Select(pair => pair.Key)]);

        bool IsUnder(string name) => name.Length > prefix.Length && name.StartsWith(prefix, StringComparison.Ordinal);
    }

    private static string FindPrefix(KeyValuePair<string, Tensor>[] weights, IReadOnlySet<string> network)
    {
        var fitting = new Dictionary<string, int>();
        var order = new List<string>();
        foreach (var (name, _) in weights)
        {
            var start = 0;
            for (var segment = 0; segment < MostSegments; segment++)
            {
                if (network.Contains(name[start..]))
                {
                    var prefix = name[..start];
                    if (!fitting.TryAdd(prefix, 1))
                        fitting[prefix]++;
                    else
                        order.Add(prefix);
                }
                start = name.IndexOf('.', start) + 1;
                if (start == 0)
                    break;
            }
        }
        // Fewer are chance: "layer1.0.conv1.weight" ends as "conv1.weight" does.
        return order.MaxBy(prefix => fitting[prefix]) is { } best && 2 * fitting[best] >= network.Count ? best : "";
    }
}
