using Ml.Cnn.Trainers.Layers;

namespace Ml.Cnn.Trainers.Graph;

/// <summary>One application of a layer in a forward pass, or the images that the pass starts from.</summary>
/// <param name="position">The place in the order of the pass, from 0; −1 for what no layer made.</param>
/// <param name="name">
/// The layer's module path ("layer1.0.conv1"), or its kind if it has none; "_1", "_2", … follow where a layer is applied again, as in
/// torchvision's feature extraction.
/// </param>
/// <param name="kind">The layer's kind.</param>
/// <param name="layer">The layer; null for what no layer made.</param>
/// <param name="inputs">Where its inputs come from.</param>
/// <param name="shape">The output's shape, with a batch of 1 in front.</param>
/// <param name="multiplyAdds">What the output costs.</param>
internal sealed class GraphNode(int position, string name, string kind, ILayer? layer, IReadOnlyList<GraphNode> inputs, IReadOnlyList<long> shape, long multiplyAdds)
{
    public int Position => position;

    public string Name => name;

    public string Kind => kind;

    public ILayer? Layer => layer;

    public IReadOnlyList<GraphNode> Inputs => inputs;

    /// <summary>The output's shape for one image: channels × height × width, or the length of a row.</summary>
    public IReadOnlyList<int> Shape { get; } = [.. shape.Skip(1).Select(size => checked((int)size))];

    public long MultiplyAdds => multiplyAdds;
}
