using Ml.Cnn.OnnxConverter.Format;
using Ml.Cnn.Trainers.Text;
using static Ml.Cnn.OnnxConverter.Format.AttributeProto.Types;

namespace Ml.Cnn.OnnxConverter.Import;

/// <summary>A node of a file's graph, with its attributes by name.</summary>
internal sealed class OnnxNode
{
    private readonly Dictionary<string, AttributeProto> _attributes = [];

    /// <param name="node">The node.</param>
    /// <param name="position">Its place in the file.</param>
    /// <exception cref="OnnxFormatException">An attribute appears twice.</exception>
    public OnnxNode(NodeProto node, int position)
    {
        (Name, Position) = (node.Name, position);
        Operator = node.Domain is "" or "ai.onnx" ? node.OpType : $"{node.Domain}.{node.OpType}";
        (Inputs, Outputs) = ([.. node.Input], [.. node.Output]);
        foreach (var attribute in node.Attribute)
        {
            if (!_attributes.TryAdd(attribute.Name, attribute))
                throw Wrong($"has the attribute '{Listing.Shortened(attribute.Name)}' twice");
        }
    }

    public string Name { get; }

    /// <summary>The place in the file.</summary>
    public int Position { get; }

    /// <summary>The operator, with its domain where that is not ONNX's own.</summary>
    public string Operator { get; }

    /// <summary>The names of values; "" for an optional one that is left out.</summary>
    public IReadOnlyList<string> Inputs { get; }

    public IReadOnlyList<string> Outputs { get; }

    /// <summary>Whether there is an input at a position.</summary>
    public bool HasInput(int position) => position < Inputs.Count && Inputs[position].Length > 0;

    public bool Has(string attribute) => _attributes.ContainsKey(attribute);

    public long Integer(string attribute, long otherwise) => Of(attribute, AttributeType.Int) is { } found ? found.I : otherwise;

    public double Number(string attribute, double otherwise) => Of(attribute, AttributeType.Float) is not { } found ? otherwise
        : float.IsFinite(found.F) ? found.F : throw Wrong($"has the attribute '{attribute}' {found.F}");

    public string Text(string attribute, string otherwise) => Of(attribute, AttributeType.String) is { } found ? found.S.ToStringUtf8() : otherwise;

    /// <summary>Null where there is no such attribute.</summary>
    public IReadOnlyList<long>? Integers(string attribute) => Of(attribute, AttributeType.Ints)?.Ints;

    /// <summary>Null where there is no such attribute.</summary>
    public IReadOnlyList<float>? Numbers(string attribute) => Of(attribute, AttributeType.Floats)?.Floats;

    /// <summary>Null where there is no such attribute.</summary>
    public TensorProto? Tensor(string attribute) => Of(attribute, AttributeType.Tensor)?.T;

    /// <summary>What is wrong with the node.</summary>
    /// <param name="what">The rest of the sentence: "takes …".</param>
    public OnnxFormatException Wrong(string what) => new($"{this} {what}");

    /// <summary>"the node 'conv1' (Conv)".</summary>
    public override string ToString() => (Name.Length > 0 ? $"the node '{Listing.Shortened(Name)}'"
        : Outputs.FirstOrDefault(output => output.Length > 0) is { } output ? $"the node of '{Listing.Shortened(output)}'"
        : FormattableString.Invariant($"the node {Position}")) + $" ({Listing.Shortened(Operator)})";

    private AttributeProto? Of(string attribute, AttributeType type)
    {
        if (!_attributes.TryGetValue(attribute, out var found))
            return null;
        // Before the third version of the format, attributes did not say their types.
        return found.Type == type || found.Type == AttributeType.Undefined ? found
            : throw Wrong($"has the attribute '{attribute}' as {found.Type}, which must be {type}");
    }
}
