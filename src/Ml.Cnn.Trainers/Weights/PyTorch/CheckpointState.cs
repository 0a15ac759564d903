using Ml.Cnn.Trainers.Text;

namespace Ml.Cnn.Trainers.Weights.PyTorch;

/// <summary>The state of a network in what somebody saved, and where in it the state was.</summary>
/// <param name="Key">The entries that lead to the state, "state_dict" or "model.state_dict"; empty where the file is the state itself.</param>
/// <param name="OtherKeys">Entries that hold another state each, which <see cref="Find"/> takes where it is asked to.</param>
/// <param name="Tensors">Names and tensors in the order of the file.</param>
internal sealed record CheckpointState(string Key, IReadOnlyList<string> OtherKeys, IReadOnlyList<KeyValuePair<string, TensorReference>> Tensors)
{
    private const int MaximumDepth = 3;
    private const int MostStates = 100;
    private const int LongestKey = 100;
    private const int Unknown = 1000;

    // timm takes averaged weights before plain ones, and so does this.
    private static readonly string[] s_averaged =
    [
        "state_dict_ema", "model_ema", "ema_state_dict", "model_ema_state_dict", "ema_model_state_dict", "ema_model", "model_state_dict_ema", "params_ema",
        "ema", "ema_params",
    ];

    private static readonly string[] s_plain =
    [
        "state_dict", "model_state_dict", "model_state", "model", "net", "network", "params", "weights", "net_state_dict", "network_state_dict",
        "model_weights", "module",
    ];

    // They hold tensors by name in some programs, and are no network.
    private static readonly string[] s_otherThings = ["optim", "sched", "scaler", "criterion", "loss"];

    /// <summary>Finds the state. What else a checkpoint holds (epochs, losses, an optimizer, objects) is passed over.</summary>
    /// <param name="root">What was saved.</param>
    /// <param name="key">The entry that holds the state; null: the best known one, averaged weights before plain ones.</param>
    /// <exception cref="WeightsFormatException">There are no tensors by name.</exception>
    public static CheckpointState Find(object? root, string? key)
    {
        var states = new List<CheckpointState>();
        Collect(root, "", MaximumDepth, states);
        string[] keys = [.. states.Select(state => state.Key)];
        if (key is not null)
        {
            var chosen = states.FirstOrDefault(state => state.Key == key) ?? states.FirstOrDefault(state => state.Key.Split('.').Contains(key));
            return chosen is not null ? chosen with { OtherKeys = [.. keys.Where(other => other != chosen.Key)] }
                : throw new WeightsFormatException($"It has no weights under the key '{Listing.Shortened(key)}'. {Describe(root, keys)}");
        }
        if (states.Count == 0)
            throw new WeightsFormatException(Describe(root, keys));
        var best = states.MinBy(Rank)!;
        if (Rank(best) == Unknown && states.Count > 1)
            throw new WeightsFormatException($"It holds several sets of weights, and none under a usual name. Choose one by its key: {Listing.Of(keys)}.");
        return best with { OtherKeys = [.. keys.Where(other => other != best.Key)] };
    }

    /// <summary>Whether a key is one of those under which averaged weights are kept.</summary>
    public static bool IsAveraged(string key) => key.Split('.').Any(part => s_averaged.Contains(part));

    private static int Rank(CheckpointState state)
    {
        if (state.Key.Length == 0)
            return 0;
        var parts = state.Key.Split('.');
        var averaged = Array.FindIndex(s_averaged, parts.Contains);
        if (averaged >= 0)
            return 1 + averaged;
        var plain = Array.FindIndex(s_plain, parts.Contains);
        return plain >= 0 ? 100 + plain : Unknown;
    }

    private static void Collect(object? value, string key, int depth, List<CheckpointState> states)
    {
        var before = states.Count;
        if (depth > 1 && value is PickledDictionary dictionary)
        {
            foreach (var item in dictionary.Items)
            {
                if (states.Count < MostStates && item is { Key: string name, Value: PickledDictionary } && name.Length <= LongestKey
                    && !Array.Exists(s_otherThings, other => name.Contains(other, StringComparison.OrdinalIgnoreCase)))
                    Collect(item.Value, key.Length > 0 ? $"{key}.{name}" : name, depth - 1, states);
            }
        }
        // Tensors beside a state are a checkpoint's own: a counter, a loss.
        if (!states.Skip(before).Any(state => Rank(state) < Unknown) && ModuleTree.Flatten(value) is { Count: > 0 } tensors)
            states.Insert(before, new(key, [], tensors));
    }

    private static string Describe(object? root, string[] keys)
    {
        if (keys.Length > 0)
            return $"There are {Listing.Of(keys)}.";
        return root is PickledDictionary { Items.Count: > 0 } dictionary
            ? $"It holds no tensors by name: its entries are {Listing.Of([.. dictionary.Items.Select(item => item.Key as string ?? "…")])}. "
                + $"A state dict is expected, or a checkpoint with one as {Listing.Of(s_plain)}."
            : "It holds no state dict: save one in Python with torch.save(model.state_dict(), path).";
    }
}
