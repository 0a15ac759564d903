using Ml.Cnn.OnnxConverter.Format;

namespace Ml.Cnn.OnnxConverter.Quantization;

/// <summary>The nodes that a user wants in float32.</summary>
internal static class FloatLayers
{
    /// <exception cref="ArgumentOutOfRangeException">There is no layer of a name.</exception>
    public static HashSet<NodeProto> Of(GraphIndex graph, OnnxQuantizationOptions options)
    {
        var products = graph.Graph.Node.Where(node => OperationRoles.Of(node, graph) == OperationRole.Product).ToArray();
        var nodes = new HashSet<NodeProto>();
        if (options.KeepsFirstLayer)
            nodes.UnionWith(products.Take(1));
        if (options.KeepsLastLayer)
            nodes.UnionWith(products.TakeLast(1));
        foreach (var layer in options.Float32Layers)
        {
            var found = graph.Graph.Node.Where(node => node.Name == layer || node.Name.StartsWith(layer + ".", StringComparison.Ordinal)).ToArray();
            if (found.Length == 0)
            {
                throw new ArgumentOutOfRangeException(nameof(options), layer, $"There is no layer '{layer}' to keep in float32. Those with weights are: "
                    + $"{string.Join(", ", products.Select(product => product.Name))}.");
            }
            nodes.UnionWith(found);
        }
        return nodes;
    }
}
