using Ml.Cnn.Trainers.Compilation;
using Ml.Cnn.Trainers.Graph;
using Ml.Cnn.Trainers.Layers;
using static TorchSharp.torch;

namespace Ml.Cnn.Trainers.Onnx;

/// <summary>Pooling as ONNX operators. Windows that are only partly inside are written as padding, which all versions of the operators read alike.</summary>
internal static class OnnxPooling
{
    public static string Max(OnnxLowering graph, FusedOperation operation, IReadOnlyList<string> inputs)
    {
        var layer = operation.Node.Description!;
        return graph.Node("MaxPool", inputs, Window(layer, Pads(operation.Node, Overhang(operation.Node))));
    }

    public static string Mean(OnnxLowering graph, FusedOperation operation, IReadOnlyList<string> inputs)
    {
        var (node, layer) = (operation.Node, operation.Node.Description!);
        var (overhang, includesPadding) = (Overhang(node), layer.Get<bool>(LayerAttributes.CountIncludePad));
        // What hangs over counts in no mean, padding may.
        if (includesPadding && layer.Get<Size2d>(LayerAttributes.Padding) != 0 && overhang != (0, 0))
            throw new NotSupportedException($"the layer {node.Name} counts its padding and not what its windows hang over the edge, which ONNX cannot say");
        return graph.Node("AveragePool", inputs, [.. Window(layer, Pads(node, overhang)), ("count_include_pad", includesPadding && overhang == (0, 0) ? 1L
            : 0L)]);
    }

    public static string AdaptiveMean(OnnxLowering graph, FusedOperation operation, IReadOnlyList<string> inputs)
    {
        var output = operation.Node.Description!.Get<Size2d>(LayerAttributes.Output);
        if (output == 1)
            return graph.Node("GlobalAveragePool", inputs);
        var shape = operation.Node.Inputs[0].Shape.PerImage; // channels × height × width
        var (height, width) = (shape[1], shape[2]);
        if (output == new Size2d(height, width))
            return graph.Node("Identity", inputs);
        if (height % output.Height == 0 && width % output.Width == 0)
        {
            IReadOnlyList<long> window = [height / output.Height, width / output.Width];
            return graph.Node("AveragePool", inputs, ("kernel_shape", window), ("strides", window));
        }
        // Windows of several sizes: a product with the matrix of means on either side.
        using var scope = NewDisposeScope();
        var alongRows = graph.Node("MatMul", [inputs[0], graph.Constant("columns", Means(width, output.Width).t().contiguous())]);
        return graph.Node("MatMul", [graph.Constant("rows", Means(height, output.Height)), alongRows]);
    }

    // LeCun et al. 1998, section II.B: the sum of a window times a weight, plus a bias.
    public static string TrainableSubsampling(OnnxLowering graph, FusedOperation operation, IReadOnlyList<string> inputs)
    {
        using var scope = NewDisposeScope();
        var layer = operation.Node.Description!;
        var kernel = layer.Get<Size2d>(LayerAttributes.Kernel);
        var window = OnnxOperations.Pair(layer, LayerAttributes.Kernel);
        var mean = graph.Node("AveragePool", inputs, ("kernel_shape", window), ("strides", window));
        var gains = layer.Weight(WeightRoles.Weight)!.detach().view(-1, 1, 1).Times((long)kernel.Height * kernel.Width);
        var offsets = layer.Weight(WeightRoles.Bias)!.detach().view(-1, 1, 1);
        return graph.Node("Add", [graph.Node("Mul", [mean, graph.Constant("gains", gains)]), graph.Constant("offsets", offsets)]);
    }

    private static IReadOnlyList<(string Name, object Value)> Window(LayerDescription layer, IReadOnlyList<long> pads) =>
    [
        ("kernel_shape", OnnxOperations.Pair(layer, LayerAttributes.Kernel)),
        ("strides", OnnxOperations.Pair(layer, LayerAttributes.Stride)),
        ("pads", pads),
    ];

    // By how much the last window reaches beyond the padded image.
    private static (long Height, long Width) Overhang(GraphNode node)
    {
        var layer = node.Description!;
        var (kernel, stride) = (layer.Get<Size2d>(LayerAttributes.Kernel), layer.Get<Size2d>(LayerAttributes.Stride));
        var padding = layer.Get<Size2d>(LayerAttributes.Padding);
        var (from, to) = (node.Inputs[0].Shape.PerImage, node.Shape.PerImage);
        return (Beyond(from[1], to[1], kernel.Height, stride.Height, padding.Height), Beyond(from[2], to[2], kernel.Width, stride.Width, padding.Width));

        static long Beyond(int length, int windows, int kernel, int stride, int padding) =>
            Math.Max(0, (windows - 1L) * stride + kernel - length - 2L * padding);
    }

    private static IReadOnlyList<long> Pads(GraphNode node, (long Height, long Width) overhang)
    {
        var padding = node.Description!.Get<Size2d>(LayerAttributes.Padding);
        return [padding.Height, padding.Width, padding.Height + overhang.Height, padding.Width + overhang.Width];
    }

    // Row o has 1/n at the n positions from ⌊o · length / outputs⌋ to ⌈(o + 1) · length / outputs⌉.
    private static Tensor Means(int length, int outputs)
    {
        var means = new float[outputs, length];
        for (var o = 0; o < outputs; o++)
        {
            var (first, end) = (o * length / outputs, ((o + 1) * length + outputs - 1) / outputs);
            for (var i = first; i < end; i++)
                means[o, i] = 1f / (end - first);
        }
        return tensor(means);
    }
}
