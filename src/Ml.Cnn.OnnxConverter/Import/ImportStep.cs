using Ml.Cnn.Trainers.Layers;
using static TorchSharp.torch;

namespace Ml.Cnn.OnnxConverter.Import;

/// <summary>An operation of the network that is made of a file: one of the library's layers, or one of <see cref="ImportKinds"/> on the way there.</summary>
/// <param name="node">The file's node that it came from; null for what the file has no node for.</param>
internal sealed class ImportStep(OnnxNode? node)
{
    /// <summary>The file's node that it came from.</summary>
    public OnnxNode? Node { get; } = node;

    public required string Kind { get; set; }

    public required List<ImportStep> Inputs { get; init; }

    /// <summary>Names and values as the layer's entry in <see cref="Trainers.Architectures.Described.DescribedLayers"/> reads them.</summary>
    public Dictionary<string, object> Attributes { get; init; } = [];

    /// <summary>The weights, float32, by the part that they play (<see cref="WeightRoles"/>).</summary>
    public Dictionary<string, Tensor> Weights { get; init; } = [];

    /// <summary>The output's shape for one image.</summary>
    public int[] Shape { get; set; } = [];

    /// <summary>The name of the constant that holds the first weight; null without one.</summary>
    public string? WeightName { get; set; }

    public T Get<T>(string attribute) => (T)Attributes[attribute];

    public bool Is(string kind) => Kind == kind;

    /// <summary>Whether an attribute has a value.</summary>
    public bool Has(string attribute, object value) => Attributes.TryGetValue(attribute, out var found) && found.Equals(value);

    /// <summary>What is wrong with the step.</summary>
    public OnnxFormatException Wrong(string what) => Node is null ? new($"the layer '{Kind}' {what}") : Node.Wrong(what);

    public override string ToString() => $"{Kind}: {string.Join(" × ", Shape)}";
}
