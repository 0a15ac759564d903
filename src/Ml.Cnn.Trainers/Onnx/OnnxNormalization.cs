using Ml.Cnn.Trainers.Compilation;
using Ml.Cnn.Trainers.Graph;
using Ml.Cnn.Trainers.Layers;

namespace Ml.Cnn.Trainers.Onnx;

/// <summary>Normalizations as ONNX operators.</summary>
internal static class OnnxNormalization
{
    private const int WithLayerNormalization = 17;
    private const int AxesAreAnInput = 18;

    /// <summary>Along the last dimension (Ba et al. 2016, "Layer Normalization", section 3).</summary>
    public static string LayerNorm(OnnxLowering graph, GraphNode node, string input)
    {
        var epsilon = node.Description!.Get<double>(LayerAttributes.Epsilon);
        var (gains, offsets) = (graph.Weight(node, WeightRoles.Weight), graph.Weight(node, WeightRoles.Bias));
        if (graph.Opset >= WithLayerNormalization)
            return graph.Node("LayerNormalization", [input, gains, offsets], ("axis", -1L), ("epsilon", epsilon));
        var centered = graph.Node("Sub", [input, MeanOfLast(graph, input)]);
        var variance = graph.Node("Add", [MeanOfLast(graph, graph.Node("Mul", [centered, centered])), graph.Scalar(epsilon)]);
        var normalized = graph.Node("Div", [centered, graph.Node("Sqrt", [variance])]);
        return graph.Node("Add", [graph.Node("Mul", [normalized, gains]), offsets]);
    }

    /// <summary>Over the channels of every pixel.</summary>
    public static string LayerNorm2d(OnnxLowering graph, FusedOperation operation, IReadOnlyList<string> inputs)
    {
        var pixels = graph.Node("Transpose", inputs, ("perm", (IReadOnlyList<long>)[0, 2, 3, 1]));
        return graph.Node("Transpose", [LayerNorm(graph, operation.Node, pixels)], ("perm", (IReadOnlyList<long>)[0, 3, 1, 2]));
    }

    /// <summary>x / (k + α Σ x²)^β over neighboring channels (Krizhevsky et al. 2012, section 3.3). ONNX's α is that of a mean.</summary>
    public static string LocalResponseNorm(OnnxLowering graph, FusedOperation operation, IReadOnlyList<string> inputs)
    {
        var layer = operation.Node.Description!;
        var size = layer.Get<int>(LayerAttributes.Size);
        return graph.Node("LRN", inputs, ("alpha", layer.Get<double>(LayerAttributes.Alpha) * size), ("beta", layer.Get<double>(LayerAttributes.Beta)),
            ("bias", layer.Get<double>(LayerAttributes.K)), ("size", (long)size));
    }

    private static string MeanOfLast(OnnxLowering graph, string input) => graph.Opset >= AxesAreAnInput
        ? graph.Node("ReduceMean", [input, graph.Integers("axes", -1)])
        : graph.Node("ReduceMean", [input], ("axes", (IReadOnlyList<long>)[-1]));
}
