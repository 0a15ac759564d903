using System.Text.RegularExpressions;
using Ml.Cnn.Trainers.Weights.Formats;

namespace Ml.Cnn.Trainers.Weights;

/// <summary>Brings the names of a published state to those that networks have today.</summary>
internal static partial class StateNames
{
    private const string Wrapper = "module.";

    /// <summary>The names as a network's state has them.</summary>
    /// <exception cref="WeightsFormatException">A name appears twice.</exception>
    public static IReadOnlyList<KeyValuePair<string, T>> Normalize<T>(IReadOnlyList<KeyValuePair<string, T>> state)
    {
        // DataParallel and DistributedDataParallel put the network into a module called "module".
        var isWrapped = state.Count > 0 && state.All(pair => pair.Key.StartsWith(Wrapper, StringComparison.Ordinal) && pair.Key.Length > Wrapper.Length);
        var names = new HashSet<string>();
        var renamed = new List<KeyValuePair<string, T>>(state.Count);
        foreach (var (name, value) in state)
        {
            var today = DenseLayer().Replace(isWrapped ? name[Wrapper.Length..] : name, "$1$2");
            if (!names.Add(today))
                throw new WeightsFormatException($"The tensor '{Listing.Shortened(today)}' appears twice.");
            renamed.Add(new(today, value));
        }
        return renamed;
    }

    // torchvision's densenet.py, _load_state_dict: module names with dots ("norm.1") are no longer allowed.
    [GeneratedRegex(@"^(.*denselayer\d+\.(?:norm|relu|conv))\.((?:[12])\.(?:weight|bias|running_mean|running_var))$", RegexOptions.CultureInvariant | RegexOptions.NonBacktracking)]
    private static partial Regex DenseLayer();
}
