namespace Ml.Cnn.OnnxConverter.Import.Operators;

/// <summary>Reads a node: gives what each of its outputs stands for.</summary>
internal delegate ImportValue[] OperatorReader(Lowering graph, OnnxNode node);

/// <summary>The operators that are read, of versions 7 to 22.</summary>
internal static class OperatorTable
{
    private static readonly Dictionary<string, OperatorReader> s_all = new(
    [
        .. ProductOperators.All, .. NormalizationOperators.All, .. ActivationOperators.All, .. PoolingOperators.All, .. ArithmeticOperators.All,
        .. ShapeOperators.All, .. SelectionOperators.All, .. ReductionOperators.All, .. ConstantOperators.All,
    ]);

    /// <summary>The operators' names.</summary>
    public static IReadOnlyCollection<string> Names => s_all.Keys;

    /// <exception cref="OnnxFormatException">The operator is none of them; the message names it and the node.</exception>
    public static OperatorReader Find(OnnxNode node) => s_all.TryGetValue(node.Operator, out var reader) ? reader
        : throw node.Wrong("is of an operator that the library has no layer for");

    /// <summary>An entry of the table whose operator gives a single value.</summary>
    public static KeyValuePair<string, OperatorReader> One(string name, Func<Lowering, OnnxNode, ImportValue> read) =>
        new(name, (graph, node) => [read(graph, node)]);

    /// <summary>An entry whose operator gives a single step.</summary>
    public static KeyValuePair<string, OperatorReader> Step(string name, Func<Lowering, OnnxNode, ImportStep> read) =>
        new(name, (graph, node) => [new StepValue(read(graph, node))]);
}
