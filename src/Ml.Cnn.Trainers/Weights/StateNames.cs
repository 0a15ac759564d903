using System.Text.RegularExpressions;
using Ml.Cnn.Trainers.Text;

namespace Ml.Cnn.Trainers.Weights;

/// <summary>Brings the names of a published state to those that networks have today.</summary>
internal static partial class StateNames
{
    // DataParallel and DistributedDataParallel put the network into a module called "module"; AveragedModel does, too, and counts beside it.
    private const string Wrapper = "module.";
    private const string AverageCount = "n_averaged";

    /// <summary>The names as a network's state has them.</summary>
    /// <exception cref="WeightsFormatException">A name appears twice.</exception>
    public static IReadOnlyList<KeyValuePair<string, T>> Normalize<T>(IReadOnlyList<KeyValuePair<string, T>> state)
    {
        var today = state.Select(pair => KeyValuePair.Create(DenseLayer().Replace(InvisibleModule().Replace(pair.Key, "$1"), "$1$2"), pair.Value)).ToList();
        while (today.Exists(pair => pair.Key != AverageCount) && today.TrueForAll(pair => pair.Key == AverageCount || IsWrapped(pair.Key)))
        {
            // .safetensors files hand over tensors of their own; a count of averages is none that anyone needs.
            foreach (var count in today.Where(pair => pair.Key == AverageCount))
                (count.Value as IDisposable)?.Dispose();
            today = [.. today.Where(pair => pair.Key != AverageCount).Select(pair => KeyValuePair.Create(pair.Key[Wrapper.Length..], pair.Value))];
        }
        var names = new HashSet<string>();
        foreach (var (name, _) in today)
        {
            if (!names.Add(name))
                throw new WeightsFormatException($"The tensor '{Listing.Shortened(name)}' appears twice.");
        }
        return today;
    }

    private static bool IsWrapped(string name) => name.StartsWith(Wrapper, StringComparison.Ordinal) && name.Length > Wrapper.Length;

    // torch.compile, FSDP and activation checkpointing put a module into one of their own, wherever it is.
    [GeneratedRegex(@"(^|\.)(?:(?:_orig_mod|_fsdp_wrapped_module|_checkpoint_wrapped_module)\.)+",
        RegexOptions.CultureInvariant | RegexOptions.NonBacktracking)]
    private static partial Regex InvisibleModule();

    // torchvision's densenet.py, _load_state_dict: module names with dots ("norm.1") are no longer allowed.
    [GeneratedRegex(@"^(.*denselayer\d+\.(?:norm|relu|conv))\.((?:[12])\.(?:weight|bias|running_mean|running_var))$",
        RegexOptions.CultureInvariant | RegexOptions.NonBacktracking)]
    private static partial Regex DenseLayer();
}
