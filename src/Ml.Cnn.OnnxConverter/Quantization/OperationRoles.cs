using Ml.Cnn.OnnxConverter.Format;

namespace Ml.Cnn.OnnxConverter.Quantization;

/// <summary>Which operators have integer kernels in ONNX Runtime (QLinearConv, QGemm, MatMulIntegerToFloat, QLinearAdd and their kin).</summary>
internal static class OperationRoles
{
    /// <summary>The part that a node can play.</summary>
    public static OperationRole Of(NodeProto node, GraphIndex graph) => node.OpType switch
    {
        "Conv" when HasConstants(node, graph, rank: null) => OperationRole.Product,
        "Gemm" when HasConstants(node, graph, rank: 2) && IsPlain(node) => OperationRole.Product,
        "MatMul" when HasConstants(node, graph, rank: 2) => OperationRole.Product,
        "Add" or "Mul" or "Concat" when node.Input.All(input => graph.Constant(input) is null) => OperationRole.Between,
        "AveragePool" or "GlobalAveragePool" or "Sigmoid" or "LeakyRelu" => OperationRole.Between,
        "MaxPool" or "Flatten" or "Reshape" or "Transpose" or "Slice" or "Squeeze" or "Unsqueeze" or "Identity" => OperationRole.Move,
        "Relu" or "Clip" => OperationRole.Clamp,
        _ => OperationRole.Float,
    };

    /// <summary>Whether the kernel can give float32 rather than integers.</summary>
    public static bool MayGiveFloat(NodeProto node) => node.OpType is "Gemm" or "MatMul";

    /// <summary>The dimension of a product's weights that has its output channels.</summary>
    public static int ChannelAxis(NodeProto product) => product.OpType switch
    {
        "Conv" => 0,
        "Gemm" when GraphIndex.Integer(product, "transB", 0) == 1 => 0,
        _ => 1,
    };

    /// <summary>The values of the network that a node takes, constants aside: of moves and clamps, the first input alone.</summary>
    public static IEnumerable<string> Activations(NodeProto node, GraphIndex graph) => node.Input.Where(input => input.Length > 0 && graph
        .Constant(input) is null);

    /// <summary>The bounds of a clamp.</summary>
    public static (float Low, float High) Bounds(NodeProto clamp, GraphIndex graph) => clamp.OpType == "Relu" ? (0, float.PositiveInfinity)
        : (Bound(clamp, 1, float.NegativeInfinity, graph), Bound(clamp, 2, float.PositiveInfinity, graph));

    private static float Bound(NodeProto clamp, int input, float absent, GraphIndex graph) => clamp.Input.Count <= input || clamp.Input[input].Length == 0
        ? absent
        : graph.Constant(clamp.Input[input]) is { } constant ? GraphIndex.Floats(constant)[0] : float.NaN;

    private static bool HasConstants(NodeProto node, GraphIndex graph, int? rank) => graph.Constant(node.Input[0]) is null
        && graph.Constant(node.Input[1]) is { DataType: (int)TensorProto.Types.DataType.Float } weights && (rank is null || weights.Dims.Count == rank)
        && (node.Input.Count < 3 || graph.Constant(node.Input[2]) is { Dims.Count: 1 });

    private static bool IsPlain(NodeProto product) => GraphIndex.Integer(product, "transA", 0) == 0
        && GraphIndex.Number(product, "alpha", 1) == 1 && GraphIndex.Number(product, "beta", 1) == 1;
}
