using Ml.Cnn.Trainers.Layers;

namespace Ml.Cnn.OnnxConverter.Import.Operators;

/// <summary>Activations, and dropout.</summary>
internal static class ActivationOperators
{
    private const double Sixth = 1.0 / 6;
    private const double Rounding = 1e-6; // of numbers that files hold as float32

    public static IEnumerable<KeyValuePair<string, OperatorReader>> All { get; } =
    [
        Plain("Relu", LayerKinds.ReLU), Plain("Sigmoid", LayerKinds.Sigmoid), Plain("Tanh", LayerKinds.Tanh), Plain("HardSwish", LayerKinds.Hardswish),
        Plain("Erf", ImportKinds.Erf), OperatorTable.Step("Clip", Clip), OperatorTable.Step("LeakyRelu", LeakyReLU), OperatorTable.Step("PRelu", PReLU),
        OperatorTable.Step("HardSigmoid", Hardsigmoid), OperatorTable.Step("Gelu", Gelu), OperatorTable.Step("Softmax", Softmax),
        OperatorTable.Step("LogSoftmax", Softmax), OperatorTable.Step("Dropout", Dropout),
    ];

    private static KeyValuePair<string, OperatorReader> Plain(string name, string kind) =>
        OperatorTable.Step(name, (graph, node) => graph.Add(node, kind, graph.Step(node, 0)));

    // Bounds are attributes up to version 10, and inputs since.
    private static ImportStep Clip(Lowering graph, OnnxNode node)
    {
        var minimum = graph.Opset < 11 ? node.Number("min", float.MinValue) : Bound(graph, node, 1) ?? float.MinValue;
        var maximum = graph.Opset < 11 ? node.Number("max", float.MaxValue) : Bound(graph, node, 2) ?? float.MaxValue;
        if (!(minimum <= maximum))
            throw node.Wrong($"clips to between {minimum} and {maximum}");
        var input = graph.Step(node, 0);
        return (minimum, maximum) switch
        {
            (0, 6) => graph.Add(node, LayerKinds.ReLU6, input),
            (0, float.MaxValue) => graph.Add(node, LayerKinds.ReLU, input),
            _ => graph.Add(node, LayerKinds.Clip, input, ("minimum", minimum), ("maximum", maximum)),
        };
    }

    private static double? Bound(Lowering graph, OnnxNode node, int position) => !node.HasInput(position) ? null
        : graph.Floats(node, position).Scalar is { } bound && !double.IsNaN(bound) ? Math.Clamp(bound, float.MinValue, float.MaxValue)
        : throw node.Wrong("clips to a bound that is no number");

    private static ImportStep LeakyReLU(Lowering graph, OnnxNode node)
    {
        var slope = node.Number("alpha", 0.01f);
        return slope is >= 0 and < 1 ? graph.Add(node, LayerKinds.LeakyReLU, graph.Step(node, 0), ("slope", slope))
            : throw node.Wrong($"has the slope {slope} for negative values, which must be from 0 to below 1");
    }

    private static ImportStep PReLU(Lowering graph, OnnxNode node)
    {
        var (input, slopes) = (graph.Step(node, 0), graph.Floats(node, 1));
        var count = slopes.Tensor.numel();
        // One slope, or one for each channel: C × 1 × 1.
        if (count != 1 && (input.Shape.Length == 0 || count != input.Shape[0] || slopes.Tensor.dim() < input.Shape.Length
            || slopes.Tensor.shape[^input.Shape.Length] != count))
            throw node.Wrong($"has {string.Join(" × ", slopes.Tensor.shape)} slopes; one, or one for each channel are read");
        return graph.AddWeighted(node, LayerKinds.PReLU, input, slopes, [(WeightRoles.Weight, slopes.Tensor.reshape(count))], ("channels", (int)count));
    }

    // max(0, min(1, α x + β)).
    private static ImportStep Hardsigmoid(Lowering graph, OnnxNode node)
    {
        var (alpha, beta) = (node.Number("alpha", 0.2f), node.Number("beta", 0.5f));
        var input = graph.Step(node, 0);
        if (Math.Abs(alpha - Sixth) < Rounding && Math.Abs(beta - 0.5) < Rounding)
            return graph.Add(node, LayerKinds.Hardsigmoid, input);
        return graph.Add(node, LayerKinds.Clip, graph.Add(node, LayerKinds.Affine, input, ("slope", alpha), ("offset", beta)), ("minimum", 0.0), ("maximum",
            1.0));
    }

    private static ImportStep Gelu(Lowering graph, OnnxNode node) => node.Text("approximate", "none") == "none"
        ? graph.Add(node, LayerKinds.GELU, graph.Step(node, 0)) : throw node
            .Wrong("approximates GELU by a hyperbolic tangent, which the library has no layer for");

    private static ImportStep Softmax(Lowering graph, OnnxNode node)
    {
        var input = graph.Step(node, 0);
        var axis = node.Integer("axis", graph.Opset < 13 ? 1 : -1);
        // Over an image's classes, whatever the number of dimensions of 1 behind them.
        if (input.Shape.Length == 0 || (axis != 1 && !(axis == -input.Shape.Length || (axis is -1 && input.Shape.Length == 1))))
            throw node.Wrong($"is over dimension {axis}; over the classes is read");
        return graph.Add(node, ImportKinds.Softmax, input);
    }

    // The share is an attribute up to version 11, and an input since. Whether a network trains is not the file's to say.
    private static ImportStep Dropout(Lowering graph, OnnxNode node)
    {
        var share = graph.Opset < 12 ? node.Number("ratio", 0.5) : node.HasInput(1) ? graph.Floats(node, 1).Scalar ?? double.NaN : 0.5;
        return share is >= 0 and < 1 ? graph.Add(node, LayerKinds.Dropout, graph.Step(node, 0), ("probability", share))
            : throw node.Wrong($"drops a share of {share}, which must be from 0 to below 1");
    }
}
