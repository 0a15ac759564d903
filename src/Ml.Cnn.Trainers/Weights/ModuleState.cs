using Ml.Cnn.Trainers.Text;
using Ml.Cnn.Trainers.Weights.Formats;
using TorchSharp;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Ml.Cnn.Trainers.Weights;

/// <summary>A module's parameters and buffers by name, in PyTorch's order, and their way to a file and back.</summary>
public static class ModuleState
{
    /// <summary>
    /// Names and tensors in the order of PyTorch's <c>state_dict</c>: a module's parameters, its buffers, then its children.
    /// (TorchSharp's own <c>state_dict</c> lists the parameters of all modules before the first buffer.)
    /// </summary>
    /// <param name="module">Any module. It keeps owning the tensors.</param>
    public static IReadOnlyList<KeyValuePair<string, Tensor>> Of(Module module)
    {
        ArgumentNullException.ThrowIfNull(module);
        var state = new List<KeyValuePair<string, Tensor>>();
        Collect(module, "", state);
        return state;
    }

    /// <summary>Writes a module's state as .safetensors; see <see cref="SafeTensors.Write"/>.</summary>
    /// <param name="module">Any module, on any device.</param>
    /// <param name="destination">Where to; left open.</param>
    /// <param name="metadata">Texts to keep beside the tensors, or null.</param>
    public static void Save(Module module, Stream destination, IReadOnlyDictionary<string, string>? metadata = null) =>
        SafeTensors.Write(destination, Of(module), metadata);

    /// <summary>Reads a .safetensors file straight into a module, converting element types where they differ.</summary>
    /// <param name="module">Any module. Its tensors keep their handles, devices, element types and layouts.</param>
    /// <param name="source">Where from; read front to back from its position, and left open behind the last tensor.</param>
    /// <param name="length">How many bytes belong to the file.</param>
    /// <returns>The texts kept beside the tensors.</returns>
    /// <exception cref="WeightsFormatException">
    /// The file is damaged, or its names or shapes are not the module's. The module is then as it was, unless the stream ended
    /// before <paramref name="length"/>.
    /// </exception>
    public static IReadOnlyDictionary<string, string> Load(Module module, Stream source, long length)
    {
        var state = Of(module);
        var header = SafeTensors.ReadHeader(source, length);
        Check(state, [.. header.Entries.Select(entry => KeyValuePair.Create(entry.Name, entry.Shape))]);

        using var _ = no_grad();
        var targets = state.ToDictionary();
        SafeTensors.ReadTensors(source, header, Convert, InPlace);
        return header.Metadata;

        Tensor? InPlace(SafeTensorsEntry entry) =>
            targets[entry.Name] is var target && target.dtype == entry.Type && target.device.type == DeviceType.CPU && target.is_contiguous() ? target : null;

        void Convert(SafeTensorsEntry entry, Tensor tensor)
        {
            using (tensor)
                targets[entry.Name].copy_(tensor);
        }
    }

    /// <summary>Copies tensors into a module, converting element types where they differ.</summary>
    /// <param name="tensors">Names and tensors in any order.</param>
    /// <param name="module">Any module. Its tensors keep their handles, devices, element types and layouts.</param>
    /// <exception cref="WeightsFormatException">The names or shapes are not the module's; the module is then as it was.</exception>
    public static void Copy(IEnumerable<KeyValuePair<string, Tensor>> tensors, Module module)
    {
        ArgumentNullException.ThrowIfNull(tensors);
        var sources = tensors.ToArray();
        var state = Of(module);
        Check(state, [.. sources.Select(pair => KeyValuePair.Create(pair.Key, pair.Value.shape))]);

        using var _ = no_grad();
        var targets = state.ToDictionary();
        foreach (var (name, tensor) in sources)
            targets[name].copy_(tensor);
    }

    private static void Collect(Module module, string prefix, List<KeyValuePair<string, Tensor>> state)
    {
        foreach (var (name, parameter) in module.named_parameters(recurse: false))
            state.Add(new(Key(name), parameter));
        foreach (var (name, buffer) in module.named_buffers(recurse: false))
            state.Add(new(Key(name), buffer));
        foreach (var (name, child) in module.named_children())
            Collect(child, $"{prefix}{name}.", state);

        // A parameter without a name of its own goes by its layer's: see LayerScale.
        string Key(string name) => name.Length > 0 ? prefix + name : prefix.TrimEnd('.');
    }

    private static void Check(IReadOnlyList<KeyValuePair<string, Tensor>> wanted, IReadOnlyList<KeyValuePair<string, long[]>> found)
    {
        var shapes = new Dictionary<string, long[]>();
        foreach (var (name, shape) in found)
        {
            if (!shapes.TryAdd(name, shape))
                throw new WeightsFormatException($"The tensor '{Listing.Shortened(name)}' appears twice.");
        }
        var missing = wanted.Where(pair => !shapes.ContainsKey(pair.Key)).Select(pair => pair.Key).ToArray();
        var unexpected = shapes.Keys.Except(wanted.Select(pair => pair.Key)).ToArray();
        var wrong = wanted.Where(pair => shapes.TryGetValue(pair.Key, out var shape) && !shape.AsSpan().SequenceEqual(pair.Value.shape))
            .Select(pair => ShapeComplaint(pair.Key, shapes[pair.Key], pair.Value.shape)).ToArray();
        if (missing.Length + unexpected.Length + wrong.Length > 0)
            throw DoNotFit("the network", missing, unexpected, wrong);
    }

    internal static string ShapeComplaint(string name, long[] found, long[] wanted) =>
        $"{name}: [{string.Join(", ", found)}] instead of [{string.Join(", ", wanted)}]";

    internal static WeightsFormatException DoNotFit(string network, IReadOnlyCollection<string> missing, IReadOnlyCollection<string> unexpected,
        IReadOnlyCollection<string> wrong, string advice = "")
    {
        var complaints = new[] { ("missing", missing), ("unexpected", unexpected), ("of another shape", wrong) }
            .Where(kind => kind.Item2.Count > 0)
            .Select(kind => $"{kind.Item2.Count} {kind.Item1} ({Listing.Of(kind.Item2)})");
        return new($"The weights do not fit {network}: {string.Join("; ", complaints)}.{advice}");
    }
}
