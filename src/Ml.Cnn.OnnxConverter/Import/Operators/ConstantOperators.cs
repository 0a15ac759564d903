using Ml.Cnn.Trainers.Graph;
using Ml.Cnn.Trainers.Layers;
using static TorchSharp.torch;

namespace Ml.Cnn.OnnxConverter.Import.Operators;

/// <summary>Constants, and the shapes of values.</summary>
internal static class ConstantOperators
{
    private const int MostFilled = 1 << 16;

    public static IEnumerable<KeyValuePair<string, OperatorReader>> All { get; } =
    [
        OperatorTable.One("Constant", Constant), OperatorTable.One("Shape", Shape), OperatorTable.One("ConstantOfShape", Filled),
        OperatorTable.One("Floor", Rounded), OperatorTable.One("Ceil", Rounded),
    ];

    private static ImportValue Constant(Lowering graph, OnnxNode node)
    {
        if (node.Tensor("value") is { } value)
        {
            // Exporters name the node after the weight, and the tensor not at all.
            return graph.Read(value) is FloatConstant floats ? floats with { Name = floats.Name ?? (node.Outputs.Count > 0 ? node.Outputs[0] : null) } : graph
                .Read(value);
        }
        if (node.Numbers("value_floats") is { } numbers)
            return new FloatConstant(null, tensor(numbers.ToArray()));
        if (node.Integers("value_ints") is { } integers)
            return IntegerConstant.List(integers);
        if (node.Has("value_float"))
            return new FloatConstant(null, tensor((float)node.Number("value_float", 0)));
        if (node.Has("value_int"))
            return new IntegerConstant([new(node.Integer("value_int", 0), 0)]);
        throw node.Wrong("holds no numbers");
    }

    private static ImportValue Shape(Lowering graph, OnnxNode node)
    {
        AxisLength[] all = graph.Value(node, 0) switch
        {
            StepValue { Step: var step } => [AxisLength.Batch, .. step.Shape.Select(length => new AxisLength(length, 0))],
            FloatConstant { Tensor: var tensor } => [.. tensor.shape.Select(length => new AxisLength(length, 0))],
            IntegerConstant integers => [.. integers.Dimensions.Select(length => new AxisLength(length, 0))],
            _ => throw node.Wrong("takes nothing whose shape is known"),
        };
        var (start, end) = (Bound(node.Integer("start", 0)), Bound(node.Integer("end", all.Length)));
        return IntegerConstant.List(all[start..Math.Max(start, end)]);

        int Bound(long position) => (int)Math.Clamp(position < 0 ? position + all.Length : position, 0, all.Length);
    }

    private static ImportValue Filled(Lowering graph, OnnxNode node)
    {
        var shape = graph.Integers(node, 0);
        var count = ShapeRules.Numbers(shape.Select(length => (int)Math.Clamp(length, 0, int.MaxValue)));
        if (count > MostFilled)
            throw node.Wrong($"makes more than {MostFilled} numbers");
        graph.Budget.Take(node, count * 16);
        var value = node.Tensor("value") is { } given ? graph.Read(given) : new FloatConstant(null, zeros(1));
        return value switch
        {
            FloatConstant { Scalar: { } number } => new FloatConstant(null, TensorArithmetic.Filled([.. shape.Select(length => Math.Max(0, length))], number)),
            IntegerConstant { Items: [var item] } when shape.Length <= 1 => new IntegerConstant([.. Enumerable.Repeat(item, (int)count)],
                [.. shape.Select(length => (int)length)]),
            _ => throw node.Wrong("fills a shape with something else than one number"),
        };
    }

    private static ImportValue Rounded(Lowering graph, OnnxNode node)
    {
        var constant = graph.Floats(node, 0).Tensor;
        return FloatFolding.One(graph, node, constant, x => node.Operator == "Floor" ? x.floor() : x.ceil());
    }
}
