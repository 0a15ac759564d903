using Ml.Cnn.OnnxConverter.Format;

namespace Ml.Cnn.OnnxConverter.Quantization;

/// <summary>Which nodes of a network compute with integers, which values are rounded to them, and which values share a scale.</summary>
/// <remarks>
/// Every value that an integer kernel takes is rounded, and every one that it gives; a convolution's activation is part of the convolution, since rounding to
/// a range bounds as ReLU does (Jacob et al. 2018, section 2.4). Behind the last product nothing is rounded, so that scores keep their digits. Where numbers
/// are only moved, and where values of like bounds are put side by side, both sides have one scale, and nothing is rounded twice.
/// </remarks>
internal sealed class QuantizationPlan
{
    private readonly GraphIndex _graph;
    private readonly HashSet<NodeProto> _integer = [];
    private readonly HashSet<NodeProto> _absorbed = [];
    private readonly HashSet<string> _rounded = [];
    private readonly Dictionary<string, string> _sharesWith = [];

    /// <param name="graph">A network in float32.</param>
    /// <param name="staysFloat">Whether a node is to be computed in float32 although there is a kernel.</param>
    public QuantizationPlan(GraphIndex graph, Func<NodeProto, bool> staysFloat)
    {
        _graph = graph;
        ChooseNodes(staysFloat);
        foreach (var node in graph.Graph.Node.Where(node => IsInteger(node) && RoleOf(node) != OperationRole.Move))
        {
            _rounded.UnionWith(Inputs(node));
            if (!OperationRoles.MayGiveFloat(node))
                _rounded.Add(Result(node));
        }
        while (TakeMoves()) { }
        Absorb();
        ShareScales();
    }

    /// <summary>The values that are rounded to 8 bits.</summary>
    public IReadOnlyCollection<string> Rounded => _rounded;

    /// <summary>Whether a node is computed with integers.</summary>
    public bool IsInteger(NodeProto node) => _integer.Contains(node);

    /// <summary>Whether a node is gone: the range of its maker's output does what it did.</summary>
    public bool IsAbsorbed(NodeProto node) => _absorbed.Contains(node);

    /// <summary>Whether a value is rounded to 8 bits.</summary>
    public bool IsRounded(string value) => _rounded.Contains(value);

    /// <summary>The name that stands for all values which share a value's scale.</summary>
    public string ScaleOf(string value)
    {
        while (_sharesWith.TryGetValue(value, out var other))
            value = other;
        return value;
    }

    /// <summary>The value that a node gives together with the activation that becomes part of it.</summary>
    public string Result(NodeProto node) => ClampBehind(node)?.Output[0] ?? node.Output[0];

    private OperationRole RoleOf(NodeProto node) => OperationRoles.Of(node, _graph);

    private IEnumerable<string> Inputs(NodeProto node) => OperationRoles.Activations(node, _graph);

    private void ChooseNodes(Func<NodeProto, bool> staysFloat)
    {
        var isBeforeProduct = new HashSet<string>(); // values
        foreach (var node in _graph.Graph.Node.Reverse())
        {
            var role = RoleOf(node);
            var isFollowed = isBeforeProduct.Contains(node.Output[0]);
            if ((role == OperationRole.Product || role == OperationRole.Between && isFollowed) && !staysFloat(node))
                _integer.Add(node);
            if (isFollowed || IsInteger(node))
                isBeforeProduct.UnionWith(Inputs(node));
        }
    }

    // A clamp of the whole output of a kernel that rounds anyway.
    private NodeProto? ClampBehind(NodeProto node)
    {
        var output = node.Output[0];
        return IsInteger(node) && RoleOf(node) != OperationRole.Move && !_graph.IsResult(output) && _graph.Takers(output) is [var only]
            && RoleOf(only) == OperationRole.Clamp && OperationRoles.Bounds(only, _graph) is { Low: 0, High: > 0 } ? only : null;
    }

    // A move beside a rounded value costs nothing as integers, whichever side it is on.
    private bool TakeMoves()
    {
        var before = _integer.Count;
        foreach (var node in _graph.Graph.Node)
        {
            if (RoleOf(node) != OperationRole.Move || IsInteger(node) || _graph.IsResult(node.Output[0]) || !IsRounded(node.Input[0])
                && !IsRounded(node.Output[0]))
                continue;
            if (_graph.Maker(node.Input[0]) is { } maker && OperationRoles.MayGiveFloat(maker) && !IsRounded(node.Output[0]))
                continue;
            _integer.Add(node);
            _rounded.Add(node.Input[0]);
            _rounded.Add(node.Output[0]);
        }
        return _integer.Count > before;
    }

    private void Absorb()
    {
        foreach (var node in _graph.Graph.Node)
        {
            if (ClampBehind(node) is { } clamp && IsRounded(clamp.Output[0]))
                _absorbed.Add(clamp);
        }
    }

    private void ShareScales()
    {
        foreach (var node in _graph.Graph.Node.Where(IsInteger))
        {
            if (RoleOf(node) == OperationRole.Move)
                Share(node.Output[0], node.Input[0]);
            else if (node.OpType == "Concat")
            {
                foreach (var input in node.Input.Where(input => Bounds(input) == Bounds(Result(node))))
                    Share(input, Result(node));
            }
        }
    }

    private void Share(string one, string other)
    {
        var (from, to) = (ScaleOf(one), ScaleOf(other));
        if (from != to)
            _sharesWith.Add(from, to);
    }

    // Of values that share a scale all have the same bounds, so that the range of one does not undo what a clamp of another did.
    private (float Low, float High) Bounds(string value)
    {
        var none = (float.NegativeInfinity, float.PositiveInfinity);
        if (_graph.Maker(value) is not { } maker)
            return none;
        if (RoleOf(maker) == OperationRole.Clamp)
            return OperationRoles.Bounds(maker, _graph);
        if (IsInteger(maker) && RoleOf(maker) == OperationRole.Move)
            return Bounds(maker.Input[0]);
        return maker.OpType == "Concat" && maker.Input.Select(Bounds).Distinct().ToArray() is [var common] ? common : none;
    }
}
