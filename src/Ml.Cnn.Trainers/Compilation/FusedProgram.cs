using Ml.Cnn.Trainers.Graph;
using Ml.Cnn.Trainers.Layers;

namespace Ml.Cnn.Trainers.Compilation;

/// <summary>
/// A network's graph, or a part of it, as the operations that a compiled copy makes: batch normalization is folded into the convolution or linear
/// layer before it (Jacob et al. 2018, "Quantization and Training of Neural Networks", section 3.2), activations and residual additions are done where
/// the values are made, and what does nothing in evaluation mode is gone.
/// </summary>
internal sealed class FusedProgram
{
    private static readonly HashSet<string> s_withoutEffect = [LayerKinds.Identity, LayerKinds.Dropout, LayerKinds.StochasticDepth];
    private static readonly HashSet<string> s_views = [LayerKinds.Flatten, LayerKinds.Permute, LayerKinds.Reshape, LayerKinds.Slice, LayerKinds.ChannelShuffle];

    private readonly Dictionary<GraphNode, List<GraphNode>> _users = [];
    private readonly Dictionary<GraphNode, FusedOperation> _operationOf = [];
    private readonly HashSet<GraphNode> _taken = [];
    private readonly GraphProgram _program;
    private readonly bool _fuses;

    /// <param name="program">The graph, or the part of it.</param>
    /// <param name="fuses">Whether operations are joined; false: each layer is one of its own, with the weights that it has.</param>
    public FusedProgram(GraphProgram program, bool fuses = true)
    {
        (_program, _fuses) = (program, fuses);
        var nodes = program.Nodes.Where(node => !s_withoutEffect.Contains(node.Kind)).ToArray();
        foreach (var node in nodes)
        {
            foreach (var input in node.Inputs.Select(Value).Distinct())
                UsersOf(input).Add(node);
        }
        Output = Value(program.Output);
        Operations = [.. nodes.Select(Fuse).OfType<FusedOperation>().OrderBy(operation => operation.Output.Position)];
        foreach (var operation in Operations)
        {
            foreach (var node in operation.Nodes)
                _operationOf.Add(node, operation);
        }
    }

    /// <summary>The operations in an order in which each one's inputs are there.</summary>
    public IReadOnlyList<FusedOperation> Operations { get; }

    /// <summary>The node whose value the program takes.</summary>
    public GraphNode Source => _program.Source;

    /// <summary>The node whose value is the result: an operation's <see cref="FusedOperation.Output"/>, or <see cref="Source"/>.</summary>
    public GraphNode Output { get; }

    /// <summary>The node whose value a node's output is: the node itself, or the nearest before it that does something in evaluation mode.</summary>
    public GraphNode Value(GraphNode node)
    {
        while (node != Source && s_withoutEffect.Contains(node.Kind))
            node = node.Inputs[0];
        return node;
    }

    /// <summary>Whether a kind's output may share its input's memory.</summary>
    public static bool IsView(string kind) => s_views.Contains(kind);

    /// <summary>Whether an operation may overwrite a value: nobody takes it later, and it shares its memory with no other.</summary>
    public bool MayOverwrite(FusedOperation operation, GraphNode value) =>
        value != Source && value != Output && !IsView(value.Kind)
        && UsersOf(value).All(user => !IsView(user.Kind) && _operationOf[user].Output.Position <= operation.Output.Position);

    private FusedOperation? Fuse(GraphNode node)
    {
        if (!_taken.Add(node))
            return null;
        if (!_fuses)
            return new(node, null, null, null, null);
        var last = node;
        GraphNode? norm = null, sum = null, addend = null, activation = null;
        if (ScriptProducts.Contains(node.Kind) && Next(last) is { Kind: LayerKinds.BatchNorm2d } normalization)
            last = norm = Take(normalization);
        if (node.Kind == LayerKinds.Conv2d && Next(last) is { Kind: LayerKinds.Add } addition && Other(addition, last) is { } other)
            (last, sum, addend) = (addition, Take(addition), other);
        if (Next(last) is { } after && ScriptActivations.Contains(after.Kind))
            activation = Take(after);
        return new(node, norm, sum, addend, activation);
    }

    private GraphNode Take(GraphNode node)
    {
        _taken.Add(node);
        return node;
    }

    // The one node that takes a value, if there is one alone and it is not yet a part of another operation.
    private GraphNode? Next(GraphNode value) => value != Output && UsersOf(value) is [var only] && !_taken.Contains(only) ? only : null;

    // What a sum adds to a value; null where it adds the value to itself, or one of another shape.
    private GraphNode? Other(GraphNode sum, GraphNode value) =>
        sum.Inputs.Count == 2 && sum.Inputs.Select(Value).Where(input => input != value).ToArray() is [var other] && other.Shape.SequenceEqual(value.Shape)
            ? other
            : null;

    private List<GraphNode> UsersOf(GraphNode value) => _users.TryGetValue(value, out var users) ? users : _users[value] = [];
}
