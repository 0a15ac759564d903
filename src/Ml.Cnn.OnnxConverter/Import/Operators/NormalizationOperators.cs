using Ml.Cnn.Trainers.Layers;
using static TorchSharp.torch;

namespace Ml.Cnn.OnnxConverter.Import.Operators;

/// <summary>BatchNormalization, LayerNormalization and LRN.</summary>
internal static class NormalizationOperators
{
    public static IEnumerable<KeyValuePair<string, OperatorReader>> All { get; } =
    [
        OperatorTable.Step("BatchNormalization", BatchNorm), OperatorTable.Step("LayerNormalization", LayerNorm), OperatorTable.Step("LRN", LocalResponseNorm),
    ];

    private static ImportStep BatchNorm(Lowering graph, OnnxNode node)
    {
        var input = graph.Step(node, 0);
        if (graph.Opset < 9 && node.Integer("spatial", 1) == 0)
            throw node.Wrong("normalizes every pixel by itself ('spatial' 0), which the library has no layer for");
        var weight = graph.Floats(node, 1);
        Tensor[] weights = [weight.Tensor, .. Enumerable.Range(2, 3).Select(position => graph.Floats(node, position).Tensor)];
        if (input.Shape.Length is not (1 or 3) || weights.Any(tensor => tensor.numel() != input.Shape[0]))
            throw node.Wrong($"has statistics of {string.Join(", ", weights.Select(tensor => tensor.numel()))} channels for maps of {input}");
        // ONNX's momentum is the share of the former statistics.
        return graph.AddWeighted(node, LayerKinds.BatchNorm2d, input, weight,
            [(WeightRoles.Weight, weights[0]), (WeightRoles.Bias, weights[1]), (WeightRoles.RunningMean, weights[2]), (WeightRoles.RunningVariance,
                weights[3])],
            ("channels", input.Shape[0]), ("epsilon", Epsilon(node)), ("momentum", Math.Round(Math.Clamp(1 - node.Number("momentum", 0.9), 0, 1), 6)));
    }

    private static ImportStep LayerNorm(Lowering graph, OnnxNode node)
    {
        var (input, weight) = (graph.Step(node, 0), graph.Floats(node, 1));
        var axis = node.Integer("axis", -1);
        if (input.Shape.Length == 0 || (axis != -1 && axis != input.Shape.Length))
            throw node.Wrong($"normalizes from dimension {axis} on; along the last one is read");
        var features = input.Shape[^1];
        var bias = node.HasInput(2) ? graph.Floats(node, 2).Tensor : null;
        if (weight.Tensor.numel() != features || (bias is not null && bias.numel() != features))
            throw node.Wrong($"has {weight.Tensor.numel()} factors for {features} features");
        return graph.AddWeighted(node, LayerKinds.LayerNorm, input, weight,
            [(WeightRoles.Weight, weight.Tensor.reshape(features)), (WeightRoles.Bias, bias?.reshape(features) ?? zeros(features))],
            ("channels", features), ("epsilon", Epsilon(node)));
    }

    // ONNX's α is that of a mean.
    private static ImportStep LocalResponseNorm(Lowering graph, OnnxNode node)
    {
        var size = Lowering.Count(node, node.Integer("size", 0), "the size");
        var (alpha, beta, k) = (node.Number("alpha", 1e-4), node.Number("beta", 0.75), node.Number("bias", 1));
        if (size % 2 == 0 || alpha < 0 || beta < 0 || k <= 0)
            throw node.Wrong($"sums {size} channels with alpha {alpha}, beta {beta} and bias {k}; an odd number of channels and numbers above 0 are read");
        return graph.Add(node, LayerKinds.LocalResponseNorm, graph.Step(node, 0), ("size", size), ("alpha", alpha / size), ("beta", beta), ("k", k));
    }

    private static double Epsilon(OnnxNode node)
    {
        var epsilon = node.Number("epsilon", 1e-5f);
        return epsilon > 0 ? Decimal(epsilon) : throw node.Wrong($"has the epsilon {epsilon}, which must be above 0");
    }

    // 1e-5 where the file's float32 has 9.99999974e-06.
    private static double Decimal(double number) => double.Parse(((float)number).ToString("R", System.Globalization.CultureInfo.InvariantCulture),
        System.Globalization.CultureInfo.InvariantCulture);
}
