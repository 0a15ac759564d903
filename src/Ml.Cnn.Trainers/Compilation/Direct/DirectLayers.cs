using Ml.Cnn.Trainers.Graph;
using Ml.Cnn.Trainers.Layers;

namespace Ml.Cnn.Trainers.Compilation.Direct;

/// <summary>What <see cref="DirectGraphBuilder"/> asks of layers.</summary>
internal static class DirectLayers
{
    /// <summary>Whether an operation is a convolution with filters over all channels.</summary>
    public static bool IsDense(FusedOperation operation) => operation.Node.Kind == LayerKinds.Conv2d && Groups(operation) == 1;

    /// <summary>Whether an operation is a convolution with a filter for each channel.</summary>
    public static bool IsDepthwise(FusedOperation operation) => operation.Node.Kind == LayerKinds.Conv2d && Groups(operation) is > 1 and var groups
        && operation.Node.Description!.Weight(WeightRoles.Weight)!.shape is [var filters, 1, _, _] && filters == groups;

    private static int Groups(FusedOperation operation) => operation.Node.Description!.Get<int>(LayerAttributes.Groups);

    /// <summary>A convolution's window.</summary>
    /// <exception cref="NotSupportedException">It is dilated.</exception>
    public static Geometry GeometryOf(LayerDescription layer) =>
        new(KernelOf(layer), layer.Get<Size2d>(LayerAttributes.Stride), layer.Get<Size2d>(LayerAttributes.Padding));

    private static Size2d KernelOf(LayerDescription layer)
    {
        if (layer.Get<Size2d>(LayerAttributes.Dilation) != 1)
            throw new NotSupportedException("a convolution is dilated");
        return layer.Get<Size2d>(LayerAttributes.Kernel);
    }

    /// <summary>The size of one image's value.</summary>
    /// <exception cref="NotSupportedException">It is neither a map nor a row.</exception>
    public static MapSize SizeOf(GraphNode node) => node.Shape.PerImage switch
    {
        [var channels, var height, var width] => new(height, width, channels),
        [var length] => new(1, 1, length),
        _ => throw new NotSupportedException($"the shape of {node.Name} is {node.Shape}"),
    };
}
