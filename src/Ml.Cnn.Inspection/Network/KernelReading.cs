using Ml.Cnn.Trainers.Graph;
using Ml.Cnn.Trainers.Layers;
using static TorchSharp.torch;

namespace Ml.Cnn.Inspection.Network;

/// <summary>Reads the filters of convolutions out of a network.</summary>
internal static class KernelReading
{
    /// <summary>The filters of a layer.</summary>
    /// <param name="network">The network.</param>
    /// <param name="layer">The layer's name; null: the first convolution.</param>
    /// <exception cref="ArgumentException">There is no such layer, or it has no filters; the message names layers that have.</exception>
    public static CnnKernels Of(InspectedNetwork network, string? layer)
    {
        var node = layer is null ? network.Graph.Nodes.FirstOrDefault(HasFilters) : Among(network, layer);
        if (node is null)
            throw new ArgumentException("The network has no convolution that is a layer of this library.", nameof(layer));
        using var scope = NewDisposeScope();
        using var mode = no_grad();
        var weight = node.Description!.Weight(WeightRoles.Weight)!.to(float32).cpu().contiguous(); // filters × channels × height × width
        var isColor = weight.size(1) == 3 && network.Graph.Source.Shape.PerImage[0] == 3 && SeesColors(node);
        return new(node.Name, (int)weight.size(0), (int)weight.size(1), (int)weight.size(2), (int)weight.size(3), isColor, weight.data<float>().ToArray());
    }

    private static bool HasFilters(GraphNode node) => node.Description?.Weight(WeightRoles.Weight) is { } weight && weight.dim() == 4;

    // "layer2" stands for its first convolution.
    private static GraphNode Among(InspectedNetwork network, string layer)
    {
        var found = network.Find(layer);
        if (found.Name != layer)
            found = network.Graph.Nodes.FirstOrDefault(node => HasFilters(node) && node.Name.StartsWith(layer + ".", StringComparison.Ordinal)) ?? found;
        return HasFilters(found) ? found : throw new ArgumentException($"The layer '{found.Name}' ({found.Kind}) has no filters. These have: "
            + $"{string.Join(", ", network.Graph.Nodes.Where(HasFilters).Select(node => node.Name))}.", nameof(layer));
    }

    // Nothing before it has mixed the colors of the images.
    private static bool SeesColors(GraphNode node)
    {
        while (node.Inputs is [var input])
        {
            if (input.Kind == NetworkGraph.Images)
                return true;
            if (HasFilters(input))
                return false;
            node = input;
        }
        return false;
    }
}
