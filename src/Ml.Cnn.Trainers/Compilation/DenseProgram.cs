using Ml.Cnn.Trainers.Graph;
using Ml.Cnn.Trainers.Layers;

namespace Ml.Cnn.Trainers.Compilation;

/// <summary>
/// A network for images of any size, whose linear layers look at every place: N × channels × height × width to a map of logits (Simonyan and Zisserman 2014,
/// section 3.2, "dense evaluation"). For images of the network's own size, the map is a single place, with the network's logits.
/// </summary>
internal static class DenseProgram
{
    private static readonly HashSet<string> s_placeByPlace = [LayerKinds.Dropout, LayerKinds.Identity, LayerKinds.ScaledTanh];

    /// <summary>The program of a network.</summary>
    /// <exception cref="NotSupportedException">The network cannot take images of any size; the message says why.</exception>
    public static GraphProgram Of(NetworkGraph graph)
    {
        if (!graph.IsComplete)
            throw new NotSupportedException($"the library does not know {graph.Missing[0]}");
        var program = graph.Program();
        var dense = new Dictionary<GraphNode, GraphNode> { [program.Source] = program.Source };
        var sizes = new Dictionary<GraphNode, Size2d>(); // of the maps that rows were, for the nodes whose rows are maps now
        foreach (var node in program.Nodes)
            dense[node] = Convert(node, dense, sizes);
        return sizes.ContainsKey(program.Output)
            ? new(program.Source, dense[program.Output])
            : throw new NotSupportedException($"its output, {program.Output.Name} ({program.Output.Kind}), is made of no feature map");
    }

    private static GraphNode Convert(GraphNode node, Dictionary<GraphNode, GraphNode> dense, Dictionary<GraphNode, Size2d> sizes)
    {
        var (first, input) = (node.Inputs[0], dense[node.Inputs[0]]);
        if (sizes.TryGetValue(first, out var size))
            return AtEveryPlace(node, first, input, size, sizes);
        switch (node.Kind)
        {
            case LayerKinds.Flatten when first.Shape.PerImage is [_, var height, var width]:
                sizes[node] = new(height, width);
                return input;
            case LayerKinds.AdaptiveAvgPool2d when node.Description!.Get<Size2d>(LayerAttributes.Output) is var output && output != 1:
                return first.Shape.SequenceEqual(node.Shape) ? input : throw new NotSupportedException(
                    $"{node.Name} brings maps of {first.Shape} to {node.Shape}, which for images of another size would be other parts of them");
            default:
                GraphNode[] inputs = [.. node.Inputs.Select(each => dense[each])];
                return inputs.SequenceEqual(node.Inputs) ? node : GraphNode.Of(node.Position, node.Name, node.Path, node.Layer!, inputs, node.Shape);
        }
    }

    private static GraphNode AtEveryPlace(GraphNode node, GraphNode first, GraphNode input, Size2d size, Dictionary<GraphNode, Size2d> sizes)
    {
        if (node.Kind == LayerKinds.Linear)
        {
            var channels = first.Shape.PerImage.Aggregate(1, (product, length) => product * length) / (size.Height * size.Width);
            var layer = new LinearEverywhere(node.Description!, channels, size);
            sizes[node] = 1;
            return GraphNode.Of(node.Position, node.Name, path: null, layer, [input], Place(layer.Outputs));
        }
        if (node.Inputs.Count != 1 || !(s_placeByPlace.Contains(node.Kind) || ScriptActivations.Contains(node.Kind)))
            throw new NotSupportedException($"{node.Name} ({node.Kind}) cannot be applied at every place of a map");
        sizes[node] = size;
        return GraphNode.Of(node.Position, node.Name, node.Path, node.Layer!, [input], input.Shape);
    }

    // N × channels × 1 × 1.
    private static TensorShape Place(int channels) => TensorShape.Between([1, channels, 1, 1], 1, [2, channels, 1, 1], 2)!;
}
