using Ml.Cnn.Trainers.Layers;
using static TorchSharp.torch;

namespace Ml.Cnn.OnnxConverter.Import.Operators;

/// <summary>Conv, Gemm and MatMul: layers that multiply.</summary>
internal static class ProductOperators
{
    public static IEnumerable<KeyValuePair<string, OperatorReader>> All { get; } =
    [
        OperatorTable.Step("Conv", Convolution), OperatorTable.Step("Gemm", Gemm), OperatorTable.One("MatMul", MatMul),
    ];

    private static ImportStep Convolution(Lowering graph, OnnxNode node)
    {
        var (input, weight) = (graph.Step(node, 0), graph.Floats(node, 1));
        if (input.Shape is not [var channels, _, _] || weight.Tensor.shape is not [var filters, var depth, var height, var width])
            throw node.Wrong($"is no convolution of two dimensions: its weights are {string.Join(" × ", weight.Tensor.shape)}");
        var groups = Lowering.Count(node, node.Integer("group", 1), "the group count");
        if (channels % groups != 0 || filters % groups != 0 || depth != channels / groups)
            throw node.Wrong($"has filters over {depth} channels in {groups} groups for {channels} channels");
        var kernel = new Size2d(Lowering.Count(node, height, "filters of the height"), Lowering.Count(node, width, "filters of the width"));
        var window = Window.Of(node, input.Shape, kernel);
        var bias = node.HasInput(2) ? graph.Floats(node, 2).Tensor : null;
        if (bias is not null && bias.numel() != filters)
            throw node.Wrong($"has {bias.numel()} offsets for {filters} filters");
        var (padded, padding) = window.Pad(graph, node, input, value: 0);
        return graph.AddWeighted(node, LayerKinds.Conv2d, padded, weight, [(WeightRoles.Weight, weight.Tensor), (WeightRoles.Bias, bias?.reshape(filters))],
            ("in", channels), ("out", (int)filters), ("kernel", kernel), ("stride", window.Stride), ("padding", padding), ("dilation", window.Dilation),
            ("groups", groups), ("bias", bias is not null));
    }

    // α A B + β C.
    private static ImportStep Gemm(Lowering graph, OnnxNode node)
    {
        var (input, weight) = (graph.Step(node, 0), graph.Floats(node, 1));
        if (node.Integer("transA", 0) != 0 || input.Shape.Length != 1 || weight.Tensor.dim() != 2)
            throw node.Wrong("is no linear layer: it takes something else than a row for each image and a matrix");
        var matrix = node.Integer("transB", 0) != 0 ? weight.Tensor : weight.Tensor.t();
        if (node.Number("alpha", 1) is not 1 and var alpha)
        {
            graph.Budget.Take(node, matrix.numel() * sizeof(float));
            matrix = matrix.Times(alpha);
        }
        Tensor? bias = null;
        if (node.HasInput(2))
        {
            var offsets = graph.Floats(node, 2).Tensor;
            if (offsets.numel() != 1 && (offsets.numel() != matrix.shape[0] || offsets.shape[^1] != matrix.shape[0]))
                throw node.Wrong($"adds {string.Join(" × ", offsets.shape)} numbers to {matrix.shape[0]} outputs");
            graph.Budget.Take(node, matrix.shape[0] * sizeof(float));
            bias = offsets.reshape(-1).Times(node.Number("beta", 1)).expand(matrix.shape[0]);
        }
        return Linear(graph, node, input, weight, matrix, bias);
    }

    private static ImportValue MatMul(Lowering graph, OnnxNode node)
    {
        var (left, right) = (graph.Value(node, 0), graph.Value(node, 1));
        switch (left, right)
        {
            case (StepValue rows, FloatConstant matrix) when matrix.Tensor.dim() == 2 && rows.Step.Shape.Length > 0:
                return new StepValue(Linear(graph, node, rows.Step, matrix, matrix.Tensor.t(), bias: null));
            case (FloatConstant matrix, StepValue map) when matrix.Tensor.dim() == 2:
                return new StepValue(graph.AddWeighted(node, ImportKinds.LeftProduct, map.Step, matrix, [(WeightRoles.Weight, matrix.Tensor)]));
            case (FloatConstant one, FloatConstant other) when one.Tensor.dim() == 2 && other.Tensor.dim() == 2 && one.Tensor.shape[1] == other.Tensor.shape[0]:
                graph.Budget.Take(node, checked(one.Tensor.shape[0] * other.Tensor.shape[1] * sizeof(float)));
                return new FloatConstant(null, one.Tensor.matmul(other.Tensor));
            default:
                throw node.Wrong("is no linear layer: it multiplies something else than an image's numbers by a constant matrix");
        }
    }

    private static ImportStep Linear(Lowering graph, OnnxNode node, ImportStep input, FloatConstant weight, Tensor matrix, Tensor? bias) =>
        graph.AddWeighted(node, LayerKinds.Linear, input, weight, [(WeightRoles.Weight, matrix), (WeightRoles.Bias, bias)],
            ("in", checked((int)matrix.shape[1])), ("out", checked((int)matrix.shape[0])), ("bias", bias is not null));
}
