using Ml.Cnn.Trainers.Text;

namespace Ml.Cnn.Trainers.Weights.PyTorch;

/// <summary>Tensors by name in a state dict, in a module that was pickled whole, or in a module of a TorchScript archive.</summary>
internal static class ModuleTree
{
    private const int MaximumDepth = 64;
    private const int MaximumTensors = 100_000;
    private const int MaximumVisits = 200_000;
    private const int MaximumCharacters = 16_000_000;

    private static readonly string[] s_parts = ["_parameters", "_buffers", "_modules"];

    /// <summary>
    /// Names and tensors in PyTorch's order; null if the value is none of the three. Of a dict, tensors among other entries are taken; of a module, what
    /// its state dict would hold.
    /// </summary>
    /// <exception cref="WeightsFormatException">A tensor is of a form that is not read, or the modules are more than any network's.</exception>
    public static List<KeyValuePair<string, TensorReference>>? Flatten(object? value)
    {
        if (value is PickledObject { State: PickledDictionary } module && IsModule(module))
        {
            var walk = new Walk();
            walk.Visit(module, "", 0);
            return walk.Tensors;
        }
        return value is PickledDictionary dictionary ? OfDictionary(dictionary) : null;
    }

    private static bool IsModule(PickledObject value) =>
        value.Name.Module.StartsWith("__torch__", StringComparison.Ordinal)
            || s_parts.All(part => Entry((PickledDictionary)value.State!, part) is PickledDictionary);

    private static List<KeyValuePair<string, TensorReference>>? OfDictionary(PickledDictionary dictionary)
    {
        var tensors = new List<KeyValuePair<string, TensorReference>>();
        var unread = default(KeyValuePair<string, PickledObject>);
        foreach (var item in dictionary.Items)
        {
            if (item is { Key: string name, Value: TensorReference tensor })
                tensors.Add(new(name, tensor));
            else if (item is { Key: string other, Value: PickledObject { Name: { Module: "torch._utils", Name: var function } } made }
                && function.StartsWith("_rebuild", StringComparison.Ordinal))
                unread = new(other, made);
        }
        if (tensors.Count > 0 && unread.Key is not null)
            throw new WeightsFormatException($"Tensor '{Listing.Shortened(unread.Key)}' is of a form that is not read ({unread.Value.Name}): save it as an "
                + "ordinary tensor of float32.");
        return tensors.Count > 0 ? tensors : null;
    }

    private static object? Entry(PickledDictionary dictionary, string key) => dictionary.Items.FirstOrDefault(item => item.Key as string == key).Value;

    // The same module may be in several places, as layers that share weights are; bounded, for a small pickle could have it in very many.
    private sealed class Walk
    {
        private int _visits;
        private int _characters;

        public List<KeyValuePair<string, TensorReference>> Tensors { get; } = [];

        public void Visit(PickledObject module, string prefix, int depth)
        {
            if (++_visits > MaximumVisits || depth > MaximumDepth)
                throw new WeightsFormatException("Its modules are more, or deeper in each other, than those of a network.");
            if (module.State is not PickledDictionary attributes)
                return;
            if (module.Name.Module.StartsWith("__torch__", StringComparison.Ordinal))
            {
                AddTensors(attributes, prefix, except: null);
                AddModules(attributes, prefix, depth);
                return;
            }
            if (Entry(attributes, "_parameters") is PickledDictionary parameters)
                AddTensors(parameters, prefix, except: null);
            if (Entry(attributes, "_buffers") is PickledDictionary buffers)
                AddTensors(buffers, prefix, except: Entry(attributes, "_non_persistent_buffers_set") as PickledSequence);
            if (Entry(attributes, "_modules") is PickledDictionary modules)
                AddModules(modules, prefix, depth);
        }

        private void AddTensors(PickledDictionary entries, string prefix, PickledSequence? except)
        {
            foreach (var item in entries.Items)
            {
                if (item is { Key: string name, Value: TensorReference tensor } && except?.Items.Contains(name) != true)
                    Tensors.Add(new(Counted(prefix + name), tensor));
            }
        }

        private void AddModules(PickledDictionary entries, string prefix, int depth)
        {
            foreach (var item in entries.Items)
            {
                if (item is { Key: string name, Value: PickledObject { State: PickledDictionary } child } && IsModule(child))
                    Visit(child, Counted($"{prefix}{name}."), depth + 1);
            }
        }

        private string Counted(string name)
        {
            _characters += name.Length;
            return Tensors.Count < MaximumTensors && _characters < MaximumCharacters ? name
                : throw new WeightsFormatException("Its modules have more tensors, or longer names, than those of a network.");
        }
    }
}
