using static TorchSharp.torch;

namespace Ml.Cnn.Trainers.Weights.PyTorch;

/// <summary>A state dict as <c>torch.save</c> pickles one: an OrderedDict of names and tensors, with the versions of its modules as an attribute.</summary>
internal static class StateDict
{
    /// <param name="tensors">Names and tensors, in their order.</param>
    /// <param name="versions">Versions of modules by their path.</param>
    /// <exception cref="ArgumentException">A name appears twice, or PyTorch's format lacks an element type.</exception>
    public static PickleWriter Write(IEnumerable<KeyValuePair<string, Tensor>> tensors, IEnumerable<KeyValuePair<string, int>> versions)
    {
        var pickle = new PickleWriter();
        var names = new HashSet<string>();
        OrderedDictionary(pickle).Write(PickleOpcode.Mark);
        foreach (var (name, tensor) in tensors)
        {
            if (!names.Add(name))
                throw new ArgumentException($"The name '{name}' appears twice.", nameof(tensors));
            pickle.Text(name).Tensor(tensor, requiresGradient: false);
        }
        pickle.Write(PickleOpcode.SetItems);

        // dict._metadata = OrderedDict({path: {"version": 1}, …})
        pickle.Write(PickleOpcode.EmptyDict).Text("_metadata");
        OrderedDictionary(pickle).Write(PickleOpcode.Mark);
        foreach (var (path, version) in versions)
            pickle.Text(path).Write(PickleOpcode.EmptyDict).Text("version").Integer(version).Write(PickleOpcode.SetItem);
        return pickle.Write(PickleOpcode.SetItems).Write(PickleOpcode.SetItem).Write(PickleOpcode.Build);
    }

    private static PickleWriter OrderedDictionary(PickleWriter pickle) =>
        pickle.Global("collections", "OrderedDict").Write(PickleOpcode.EmptyTuple).Write(PickleOpcode.Reduce);
}
