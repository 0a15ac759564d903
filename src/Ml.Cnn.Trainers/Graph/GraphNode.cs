using Ml.Cnn.Trainers.Layers;

namespace Ml.Cnn.Trainers.Graph;

/// <summary>One application of a layer in a forward pass, or a tensor that no layer made: the images, or what is unobserved.</summary>
internal sealed class GraphNode
{
    private GraphNode(int position, string name, string kind, TensorShape shape) => (Position, Name, Kind, Shape) = (position, name, kind, shape);

    /// <summary>The place in the order of the pass, from 0; −1 for what no layer made.</summary>
    public int Position { get; }

    /// <summary>
    /// The layer's module path ("layer1.0.conv1"), or the node's kind without one; "_1", "_2", … follow where a layer is applied again, as in
    /// torchvision's feature extraction.
    /// </summary>
    public string Name { get; }

    /// <summary>The layer's kind, <see cref="NetworkGraph.Images"/> or <see cref="NetworkGraph.Unobserved"/>.</summary>
    public string Kind { get; }

    /// <summary>The output's shape, the batch as a symbol.</summary>
    public TensorShape Shape { get; }

    /// <summary>Where the inputs come from.</summary>
    public IReadOnlyList<GraphNode> Inputs { get; private init; } = [];

    /// <summary>The layer; null for what no layer made.</summary>
    public ILayer? Layer { get; private init; }

    /// <summary>What the layer says of itself; null for what no layer made.</summary>
    public LayerDescription? Description { get; private init; }

    /// <summary>The layer's module path; null for a layer that is no part of the network's modules, and for what no layer made.</summary>
    public string? Path { get; private init; }

    /// <summary>Multiply-adds that make the output for one image.</summary>
    public long MultiplyAdds => Description?.MultiplyAdds(Shape.Elements(images: 1)) ?? 0;

    /// <summary>An application of a layer.</summary>
    public static GraphNode Of(int position, string name, string? path, ILayer layer, IReadOnlyList<GraphNode> inputs, TensorShape shape) =>
        new(position, name, layer.Kind, shape) { Inputs = inputs, Layer = layer, Path = path, Description = layer.Describe() };

    /// <summary>A tensor that no layer made.</summary>
    public static GraphNode External(string name, string kind, TensorShape shape) => new(-1, name, kind, shape);

    /// <summary>The name in the network's state of one of the layer's weights: "layer1.0.bn1.running_var".</summary>
    /// <exception cref="InvalidOperationException">The layer is no part of the network's modules.</exception>
    public string StateName(LayerWeight weight) => Path is null ? throw new InvalidOperationException($"The layer {Name} has no module path.")
        : weight.Name.Length == 0 ? Path
        : Path.Length == 0 ? weight.Name
        : $"{Path}.{weight.Name}";

    public override string ToString() => $"{Name} ({Kind}): {Shape}";
}
