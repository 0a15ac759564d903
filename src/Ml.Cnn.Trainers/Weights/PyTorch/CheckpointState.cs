using Ml.Cnn.Trainers.Weights.Formats;

namespace Ml.Cnn.Trainers.Weights.PyTorch;

/// <summary>Finds the state of a network in what somebody saved: the state itself, or a checkpoint with a state inside.</summary>
internal static class CheckpointState
{
    private const int MaximumDepth = 3;

    private static readonly string[] s_places = ["state_dict", "model_state_dict", "model"];

    /// <summary>Names and tensors in the order of the file. What else a checkpoint holds (epochs, losses, an optimizer) is passed over.</summary>
    /// <exception cref="WeightsFormatException">There are no tensors by name.</exception>
    public static IReadOnlyList<KeyValuePair<string, TensorReference>> Find(object? root) =>
        Search(root, MaximumDepth) ?? throw new WeightsFormatException(root is PickledDictionary dictionary
            ? $"It holds no tensors by name: its entries are {Listing.Of([.. dictionary.Items.Select(item => item.Key as string ?? "…")])}. A state dict is expected, or a checkpoint with one as {Listing.Of(s_places)}."
            : "It holds no state dict: save one in Python with torch.save(model.state_dict(), path).");

    private static List<KeyValuePair<string, TensorReference>>? Search(object? value, int depth)
    {
        if (value is not PickledDictionary dictionary)
            return null;
        foreach (var place in depth > 1 ? s_places : [])
        {
            if (dictionary.Items.FirstOrDefault(item => item.Key as string == place).Value is PickledDictionary inner && Search(inner, depth - 1) is { } found)
                return found;
        }
        var tensors = new List<KeyValuePair<string, TensorReference>>();
        foreach (var item in dictionary.Items)
        {
            if (item is { Key: string name, Value: TensorReference tensor })
                tensors.Add(new(name, tensor));
        }
        return tensors.Count > 0 ? tensors : null;
    }
}
