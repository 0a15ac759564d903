using System.Runtime.InteropServices;
using Ml.Cnn.OnnxConverter.Format;

namespace Ml.Cnn.OnnxConverter.Quantization;

/// <summary>Which node of a graph makes a value, which take it, and what constants hold.</summary>
internal sealed class GraphIndex
{
    private readonly Dictionary<string, TensorProto> _constants;
    private readonly Dictionary<string, NodeProto> _makers = [];
    private readonly Dictionary<string, List<NodeProto>> _takers = [];
    private readonly HashSet<string> _results;

    /// <param name="graph">Nodes in an order in which each one's inputs are there, with one output each.</param>
    public GraphIndex(GraphProto graph)
    {
        Graph = graph;
        _constants = graph.Initializer.ToDictionary(constant => constant.Name);
        _results = [.. graph.Output.Select(output => output.Name)];
        foreach (var node in graph.Node)
        {
            _makers.Add(node.Output[0], node);
            foreach (var input in node.Input.Distinct())
                (_takers.TryGetValue(input, out var takers) ? takers : _takers[input] = []).Add(node);
        }
    }

    public GraphProto Graph { get; }

    /// <summary>The constant of a name; null for other values.</summary>
    public TensorProto? Constant(string value) => _constants.GetValueOrDefault(value);

    /// <summary>The node that makes a value; null for constants and for what the graph takes.</summary>
    public NodeProto? Maker(string value) => _makers.GetValueOrDefault(value);

    /// <summary>The nodes that take a value.</summary>
    public IReadOnlyList<NodeProto> Takers(string value) => _takers.TryGetValue(value, out var takers) ? takers : [];

    /// <summary>Whether a value is what the graph gives.</summary>
    public bool IsResult(string value) => _results.Contains(value);

    /// <summary>The numbers of a float32 constant.</summary>
    public static ReadOnlySpan<float> Floats(TensorProto constant) => MemoryMarshal.Cast<byte, float>(constant.RawData.Span);

    /// <summary>An attribute of a number; <paramref name="absent"/> where the node has none of that name.</summary>
    public static long Integer(NodeProto node, string attribute, long absent) => Attribute(node, attribute)?.I ?? absent;

    /// <inheritdoc cref="Integer"/>
    public static float Number(NodeProto node, string attribute, float absent) => Attribute(node, attribute)?.F ?? absent;

    private static AttributeProto? Attribute(NodeProto node, string name) => node.Attribute.FirstOrDefault(attribute => attribute.Name == name);
}
