using Ml.Cnn.Trainers.Compilation;
using Ml.Cnn.Trainers.Graph;
using Ml.Cnn.Trainers.Layers;
using static TorchSharp.torch;

namespace Ml.Cnn.Trainers.Onnx;

/// <summary>Writes a network's graph as the nodes of an ONNX graph, from the descriptions that its layers give of themselves.</summary>
/// <remarks>
/// In float16 the values between layers and the weights are halves, and normalization, pooling and what takes differences of large numbers is computed in
/// float32, since sums of many halves lose their last digits. Node names are those of the graph ("layer1.0.conv1"), names of weights those of the network's
/// state ("layer1.0.conv1.weight").
/// </remarks>
internal sealed class OnnxLowering
{
    private static readonly HashSet<string> s_precise =
    [
        LayerKinds.BatchNorm2d, LayerKinds.LayerNorm, LayerKinds.LayerNorm2d, LayerKinds.LocalResponseNorm, LayerKinds.AvgPool2d, LayerKinds.MaxPool2d,
        LayerKinds.AdaptiveAvgPool2d, LayerKinds.TrainableSubsampling, LayerKinds.RadialBasis, LayerKinds.MeanImage,
    ];

    private readonly IOnnxGraph _graph;
    private readonly bool _isHalf;
    private readonly Dictionary<GraphNode, string> _values = [];
    private readonly Dictionary<(string Name, ScalarType Type), (Tensor Of, string Value)> _weights = [];
    private FusedProgram? _fused;
    private ScalarType _type; // of the operation that is being written
    private string _name = "";

    /// <param name="graph">Takes the nodes.</param>
    /// <param name="isHalf">Whether weights and values are float16.</param>
    public OnnxLowering(IOnnxGraph graph, bool isHalf = false) => (_graph, _isHalf, _type) = (graph, isHalf, Usual(isHalf));

    public int Opset => _graph.Opset;

    /// <summary>Writes a program.</summary>
    /// <param name="program">A network, or a part of it.</param>
    /// <param name="foldsNormalization">
    /// Whether batch normalization is taken into the weights before it, and what does nothing in evaluation mode is left out; if not, every layer is written.
    /// </param>
    /// <param name="input">The value of what the program takes, float32.</param>
    /// <returns>The value of what it gives, float32.</returns>
    /// <exception cref="NotSupportedException">A layer cannot be written; the message names it.</exception>
    public string Write(GraphProgram program, bool foldsNormalization, string input)
    {
        _fused = foldsNormalization ? new FusedProgram(program) : null;
        _values[program.Source] = Converted(input, float32, Usual(_isHalf));
        IEnumerable<FusedOperation> operations = _fused?.Operations ?? program.Nodes.Select(node => new FusedOperation(node, null, null, null, null));
        foreach (var operation in operations)
            _values[operation.Output] = Write(operation);
        _name = "output";
        return Converted(_values[_fused?.Output ?? program.Output], Usual(_isHalf), float32);
    }

    /// <summary>Adds a node; its name is that of the layer that is written, and a part's name where the layer takes several.</summary>
    public string Node(string operation, IReadOnlyList<string> inputs, params IReadOnlyList<(string Name, object Value)> attributes) =>
        _graph.Node(operation, _name, inputs, attributes);

    /// <summary>A number in the precision of the operation that is being written.</summary>
    public string Scalar(double number)
    {
        using var value = tensor(number, _type);
        return _graph.Constant($"{_name}.{ScriptText.Of(number)}", value);
    }

    /// <summary>A list of integers, as operators take shapes and positions.</summary>
    public string Integers(string name, params IReadOnlyList<long> numbers)
    {
        using var value = tensor(numbers.ToArray(), int64);
        return _graph.Constant($"{_name}.{name}", value);
    }

    /// <summary>A tensor in the precision of the operation that is being written.</summary>
    public string Constant(string name, Tensor values)
    {
        using var typed = values.to(_type);
        return _graph.Constant($"{_name}.{name}", typed);
    }

    /// <summary>One of a layer's weights under its name in the network's state, in the precision of the operation; "" where the layer goes without.</summary>
    /// <param name="node">The layer.</param>
    /// <param name="role">The part that the tensor plays: see <see cref="WeightRoles"/>.</param>
    /// <param name="changed">The weight as the operator takes it; null, the default: as it is. Disposed.</param>
    public string Weight(GraphNode node, string role, Tensor? changed = null)
    {
        var weight = node.Description!.Weights.FirstOrDefault(weight => weight.Role == role);
        if (weight is null && changed is null)
            return "";
        var name = weight is null || node.Path is null ? $"{node.Name}.{role}" : node.StateName(weight);
        // A layer that is applied again has the same weights, which are written once.
        if (changed is null && _weights.TryGetValue((name, _type), out var written) && ReferenceEquals(written.Of, weight!.Tensor))
            return written.Value;
        using var scope = NewDisposeScope();
        var value = _graph.Constant(name, (changed ?? weight!.Tensor.detach()).to(_type));
        changed?.Dispose();
        if (weight is not null && changed is null)
            _weights[(name, _type)] = (weight.Tensor, value);
        return value;
    }

    private string Write(FusedOperation operation)
    {
        var value = Layer(operation.Node, operation);
        if (operation.Sum is { } sum)
        {
            _name = sum.Name;
            value = Node("Add", [value, Value(operation.Addend!)]);
        }
        if (operation.Activation is { } activation)
        {
            _name = activation.Name;
            value = OnnxOperations.Write(this, new(activation, null, null, null, null), [value]);
        }
        return value;
    }

    private string Layer(GraphNode node, FusedOperation operation)
    {
        using var scope = NewDisposeScope();
        _name = node.Name;
        var usual = Usual(_isHalf);
        _type = s_precise.Contains(node.Kind) ? float32 : usual;
        var value = OnnxOperations.Write(this, operation, [.. node.Inputs.Select(input => Converted(Value(input), usual, _type))]);
        value = Converted(value, _type, usual);
        _type = usual;
        return value;
    }

    private string Value(GraphNode node) => _values[_fused?.Value(node) ?? node];

    private string Converted(string value, ScalarType from, ScalarType to) =>
        from == to ? value : Node("Cast", [value], ("to", to == float16 ? OnnxTypes.Float16 : OnnxTypes.Float32));

    private static ScalarType Usual(bool isHalf) => isHalf ? float16 : float32;
}
