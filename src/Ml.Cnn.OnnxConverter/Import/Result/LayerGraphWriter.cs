using System.Globalization;
using Ml.Cnn.OnnxConverter.Import.Patterns;
using Ml.Cnn.Trainers.Architectures.Described;
using Ml.Cnn.Trainers.Layers;
using static TorchSharp.torch;

namespace Ml.Cnn.OnnxConverter.Import.Result;

/// <summary>A file's network as the library's own layers, and their weights under the names of the network's state.</summary>
internal sealed class LayerGraphWriter
{
    // What a layer is without an attribute, so that the text need not say it.
    private static readonly Dictionary<(string Kind, string Attribute), object> s_usual = new()
    {
        [(LayerKinds.Conv2d, "stride")] = new Size2d(1, 1),
        [(LayerKinds.Conv2d, "padding")] = new Size2d(0, 0),
        [(LayerKinds.Conv2d, "dilation")] = new Size2d(1, 1),
        [(LayerKinds.Conv2d, "groups")] = 1,
        [(LayerKinds.Conv2d, "bias")] = true,
        [(LayerKinds.Linear, "bias")] = true,
        [(LayerKinds.BatchNorm2d, "epsilon")] = 1e-5,
        [(LayerKinds.BatchNorm2d, "momentum")] = 0.1,
        [(LayerKinds.MaxPool2d, "padding")] = new Size2d(0, 0),
        [(LayerKinds.MaxPool2d, "ceil")] = false,
        [(LayerKinds.AvgPool2d, "padding")] = new Size2d(0, 0),
        [(LayerKinds.AvgPool2d, "ceil")] = false,
        [(LayerKinds.AvgPool2d, "counts_padding")] = true,
        [(LayerKinds.AdaptiveAvgPool2d, "output")] = new Size2d(1, 1),
        [(LayerKinds.ChannelAffine, "weight")] = true,
        [(LayerKinds.ChannelAffine, "bias")] = true,
        [(LayerKinds.ChannelAffine, "last")] = false,
        [(LayerKinds.Slice, "dimension")] = 1,
        [(LayerKinds.Concatenate, "dimension")] = 1,
        [(LayerKinds.ConstantPad2d, "value")] = 0.0,
    };

    private readonly Dictionary<Tensor, int> _tensors = new(ReferenceEqualityComparer.Instance);
    private readonly Dictionary<string, string> _layers = []; // names by all that a layer is

    /// <param name="graph">The network.</param>
    /// <param name="names">The steps' paths.</param>
    public LayerGraphWriter(StepGraph graph, Dictionary<ImportStep, string> names)
    {
        Layers = new([.. graph.Steps.Skip(1).Select(step => Write(step, names))]);
    }

    public LayerGraph Layers { get; }

    /// <summary>The paths of layers with weights of their own that are trained.</summary>
    public HashSet<string> Weighted { get; } = [];

    /// <summary>By their names in the network's state.</summary>
    public List<KeyValuePair<string, Tensor>> Weights { get; } = [];

    private LayerStep Write(ImportStep step, Dictionary<ImportStep, string> names)
    {
        var name = names[step];
        var inputs = step.Inputs.Select(input => names.GetValueOrDefault(input, LayerGraph.Images)).ToArray();
        var attributes = step.Attributes.Where(pair => !(s_usual.TryGetValue((step.Kind, pair.Key), out var usual) && usual.Equals(pair.Value)))
            .ToDictionary(pair => pair.Key, pair => Text(pair.Value));
        if (step.Weights.Count == 0)
            return new(name, step.Kind, inputs, attributes);
        // The same weights twice are one layer, applied again: so they stay the same when they are trained.
        var all = $"{step.Kind} {string.Join(' ', attributes)} "
            + $"{string.Join(' ', step.Weights.OrderBy(pair => pair.Key, StringComparer.Ordinal).Select(Number))}";
        if (_layers.TryGetValue(all, out var layer))
            return new(name, LayerStep.Again, inputs, new Dictionary<string, string> { [LayerStep.Layer] = layer });
        _layers.Add(all, name);
        if (!step.Is(LayerKinds.MeanImage)) // which is not trained
            Weighted.Add(name);
        foreach (var (role, tensor) in step.Weights)
            Weights.Add(new(step.Is(LayerKinds.LayerScale) ? name : $"{name}.{role}", tensor));
        return new(name, step.Kind, inputs, attributes);
    }

    private string Number(KeyValuePair<string, Tensor> weight)
    {
        _tensors.TryAdd(weight.Value, _tensors.Count);
        return $"{weight.Key} {_tensors[weight.Value].ToString(CultureInfo.InvariantCulture)}";
    }

    private static string Text(object value) => value switch
    {
        int number => LayerAttributeText.Of(number),
        double number => LayerAttributeText.Of(number),
        bool flag => LayerAttributeText.Of(flag),
        Size2d size => LayerAttributeText.Of(size),
        IReadOnlyList<int> numbers => LayerAttributeText.Of(numbers),
        _ => throw new NotSupportedException($"an attribute of type {value.GetType().Name}"),
    };
}
