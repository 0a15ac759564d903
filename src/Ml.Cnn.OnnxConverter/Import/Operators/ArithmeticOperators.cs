using Ml.Cnn.Trainers.Graph;
using Ml.Cnn.Trainers.Layers;
using static TorchSharp.torch;

namespace Ml.Cnn.OnnxConverter.Import.Operators;

/// <summary>Sums, products and their kin: of two values, of a value and constants, or of constants.</summary>
internal static class ArithmeticOperators
{
    public static IEnumerable<KeyValuePair<string, OperatorReader>> All { get; } =
    [
        Two("Add", LayerKinds.Add, (a, b) => a.Plus(b)), Two("Sub", ImportKinds.Subtract, (a, b) => a - b),
        Two("Mul", LayerKinds.Multiply, (a, b) => a * b), Two("Div", ImportKinds.Divide, (a, b) => a / b),
        OperatorTable.One("Pow", Power), OperatorTable.One("Max", Maximum), OperatorTable.Step("Sum", Sum),
        Alone("Neg", LayerKinds.Negate, x => -x), Alone("Sqrt", ImportKinds.SquareRoot, x => x.sqrt()),
        Alone("Reciprocal", ImportKinds.Reciprocal, x => x.reciprocal()),
    ];

    private static KeyValuePair<string, OperatorReader> Two(string name, string kind, Func<Tensor, Tensor, Tensor> compute) =>
        OperatorTable.One(name, (graph, node) => (graph.Value(node, 0), graph.Value(node, 1)) switch
        {
            (StepValue one, StepValue other) => new StepValue(graph.Add(node, kind, [one.Step, other.Step])),
            (StepValue step, FloatConstant constant) => new StepValue(ConstantArithmetic.Apply(graph, node, kind, step.Step, constant)),
            (FloatConstant constant, StepValue step) => new StepValue(ConstantArithmetic.ApplyFirst(graph, node, kind, step.Step, constant)),
            (FloatConstant one, FloatConstant other) => FloatFolding.Two(graph, node, one.Tensor, other.Tensor, compute),
            (IntegerConstant one, IntegerConstant other) => IntegerFolding.Two(graph, node, one, other),
            _ => throw node.Wrong("takes whole numbers and numbers with a point together"),
        });

    private static KeyValuePair<string, OperatorReader> Alone(string name, string kind, Func<Tensor, Tensor> compute) =>
        OperatorTable.One(name, (graph, node) => graph.Value(node, 0) switch
        {
            StepValue value => new StepValue(graph.Add(node, kind, value.Step)),
            FloatConstant constant => FloatFolding.One(graph, node, constant.Tensor, compute),
            IntegerConstant integers when kind == LayerKinds.Negate =>
                integers with { Items = [.. integers.Items.Select(item => new AxisLength(-item.Fixed, -item.PerImage))] },
            _ => throw node.Wrong("takes whole numbers, which is not read"),
        });

    private static ImportValue Power(Lowering graph, OnnxNode node)
    {
        var exponent = graph.Value(node, 1) switch
        {
            FloatConstant { Scalar: { } number } => number,
            IntegerConstant { Known: [var whole] } => whole,
            _ => throw node.Wrong("has an exponent that is no constant number"),
        };
        return graph.Value(node, 0) switch
        {
            StepValue value when exponent == 2 => new StepValue(graph.Add(node, ImportKinds.Square, value.Step)),
            StepValue value when exponent == 0.5 => new StepValue(graph.Add(node, ImportKinds.SquareRoot, value.Step)),
            FloatConstant constant => FloatFolding.One(graph, node, constant.Tensor, x => x.ToThe(exponent)),
            _ => throw node.Wrong($"is a power of {exponent}, which the library has no layer for"),
        };
    }

    private static ImportValue Maximum(Lowering graph, OnnxNode node)
    {
        if (node.Inputs.Count == 2 && graph.Value(node, 0) is IntegerConstant one && graph.Value(node, 1) is IntegerConstant other)
            return IntegerFolding.Two(graph, node, one, other);
        return new StepValue(graph.Add(node, ImportKinds.Maximum, [.. Enumerable.Range(0, node.Inputs.Count).Select(position => graph.Step(node, position))]));
    }

    // A sum of two, and the next, and so on.
    private static ImportStep Sum(Lowering graph, OnnxNode node)
    {
        var sum = graph.Step(node, 0);
        for (var position = 1; position < node.Inputs.Count; position++)
            sum = graph.Add(node, LayerKinds.Add, [sum, graph.Step(node, position)]);
        return sum;
    }
}
