using System.Runtime.InteropServices;
using Google.Protobuf;
using Ml.Cnn.OnnxConverter.Format;
using DataType = Ml.Cnn.OnnxConverter.Format.TensorProto.Types.DataType;

namespace Ml.Cnn.OnnxConverter.Quantization;

/// <summary>
/// Writes a network with pairs of QuantizeLinear and DequantizeLinear (QDQ) around what is computed with integers: runtimes put integer kernels in their
/// place, and any program can run the file as it is.
/// </summary>
internal sealed class QuantizedGraph
{
    private readonly GraphIndex _source;
    private readonly QuantizationPlan _plan;
    private readonly IReadOnlyDictionary<string, QuantizedRange> _ranges;
    private readonly int _weightBits;
    private readonly GraphProto _graph;
    private readonly HashSet<string> _names;
    private readonly Dictionary<string, string> _dequantized = []; // by value
    private readonly Dictionary<string, (string Scale, string ZeroPoint)> _parameters = []; // by the name that stands for a scale
    private readonly Dictionary<string, (QuantizedWeights Weights, string Value)> _weights = [];

    private QuantizedGraph(GraphIndex source, QuantizationPlan plan, IReadOnlyDictionary<string, QuantizedRange> ranges, int weightBits)
    {
        (_source, _plan, _ranges, _weightBits) = (source, plan, ranges, weightBits);
        _names = [.. source.Graph.Node.SelectMany(node => node.Output.Append(node.Name)), .. source.Graph.Initializer.Select(constant => constant.Name)];
        _graph = new() { Name = source.Graph.Name };
        _graph.Input.AddRange(source.Graph.Input);
        _graph.Output.AddRange(source.Graph.Output);
    }

    /// <summary>Makes a model of another.</summary>
    /// <param name="model">The network in float32; left as it is.</param>
    /// <param name="source">Its graph.</param>
    /// <param name="plan">What is computed with integers.</param>
    /// <param name="ranges">Of every name that stands for a scale in the plan.</param>
    /// <param name="weightBits">7 or 8.</param>
    public static ModelProto Write(ModelProto model, GraphIndex source, QuantizationPlan plan, IReadOnlyDictionary<string, QuantizedRange> ranges,
        int weightBits)
    {
        var writer = new QuantizedGraph(source, plan, ranges, weightBits);
        foreach (var input in source.Graph.Input)
            writer.Round(input.Name, input.Name);
        foreach (var node in source.Graph.Node.Where(node => !plan.IsAbsorbed(node)))
            writer.Add(node);
        var taken = writer._graph.Node.SelectMany(node => node.Input).ToHashSet();
        writer._graph.Initializer.AddRange(source.Graph.Initializer.Where(constant => taken.Contains(constant.Name)));
        return NetworkPart.With(model, writer._graph);
    }

    private void Add(NodeProto node)
    {
        var written = new NodeProto(node);
        for (var i = 0; i < node.Input.Count; i++)
        {
            // What a float kernel made in float32, another takes as it is.
            if (_dequantized.TryGetValue(node.Input[i], out var dequantized) && (_plan.IsInteger(node) || !IsFloat(node.Input[i])))
                written.Input[i] = dequantized;
        }
        var isInteger = _plan.IsInteger(node);
        if (isInteger && OperationRoles.Of(node, _source) == OperationRole.Product)
            QuantizeWeights(node, written);
        _graph.Node.Add(written);
        Round(isInteger ? _plan.Result(node) : node.Output[0], node.Output[0]);
    }

    private bool IsFloat(string value) => _source.Maker(value) is not { } maker || !_plan.IsInteger(maker) && !_plan.IsAbsorbed(maker);

    /// <param name="value">The value, by whose name its takers know it.</param>
    /// <param name="from">What holds it before its clamp, if there was one.</param>
    private void Round(string value, string from)
    {
        if (!_plan.IsRounded(value))
            return;
        var (scale, zeroPoint) = Parameters(_plan.ScaleOf(value));
        var quantized = Node("QuantizeLinear", value, "quantized", from, scale, zeroPoint);
        _dequantized.Add(value, Node("DequantizeLinear", value, "dequantized", quantized, scale, zeroPoint));
    }

    private (string Scale, string ZeroPoint) Parameters(string name)
    {
        if (_parameters.TryGetValue(name, out var known))
            return known;
        var range = _ranges[name];
        return _parameters[name] = (Constant<float>($"{name}.scale", DataType.Float, [], [range.Scale]),
            Constant<byte>($"{name}.zero_point", DataType.Uint8, [], [range.ZeroPoint]));
    }

    private void QuantizeWeights(NodeProto node, NodeProto written)
    {
        var inputScale = _ranges[_plan.ScaleOf(node.Input[0])].Scale;
        var (constant, axis) = (_source.Constant(node.Input[1])!, OperationRoles.ChannelAxis(node));
        var bias = node.Input.Count > 2 ? GraphIndex.Floats(_source.Constant(node.Input[2])!) : [];
        var weights = QuantizedWeights.Of(GraphIndex.Floats(constant), constant.Dims, axis, _weightBits, bias, inputScale);
        written.Input[1] = Weights(constant, weights, axis);
        if (bias.IsEmpty)
            return;
        var scales = weights.Scales.Select(scale => scale * inputScale).ToArray();
        var integers = Constant<int>($"{node.Name}.bias.quantized", DataType.Int32, [bias.Length], weights.Bias(bias, inputScale));
        written.Input[2] = Node("DequantizeLinear", $"{node.Name}.bias", "dequantized", integers, Constant<float>($"{node.Name}.bias.scale", DataType.Float,
            [bias.Length], scales), zeroPoint: null, axis: 0);
    }

    // A layer that is applied again has the same weights, which are written once unless its bias asks for other steps.
    private string Weights(TensorProto constant, QuantizedWeights weights, int axis)
    {
        if (_weights.TryGetValue(constant.Name, out var known) && known.Weights.Scales.AsSpan().SequenceEqual(weights.Scales))
            return known.Value;
        var (name, channels) = (constant.Name, (long)weights.Scales.Length);
        var value = Node("DequantizeLinear", name, "dequantized",
            Constant<sbyte>($"{name}.quantized", DataType.Int8, constant.Dims, weights.Values),
            Constant<float>($"{name}.scale", DataType.Float, [channels], weights.Scales),
            Constant<sbyte>($"{name}.zero_point", DataType.Int8, [channels], new sbyte[channels]), axis);
        _weights[constant.Name] = (weights, value);
        return value;
    }

    private string Node(string operation, string name, string ending, string input, string scale, string? zeroPoint = null, int? axis = null)
    {
        var unique = Unique($"{name}.{ending}");
        var node = new NodeProto { OpType = operation, Name = unique, Input = { input, scale }, Output = { Unique($"{unique}_output") } };
        if (zeroPoint is not null)
            node.Input.Add(zeroPoint);
        if (axis is { } dimension)
            node.Attribute.Add(new AttributeProto { Name = "axis", Type = AttributeProto.Types.AttributeType.Int, I = dimension });
        _graph.Node.Add(node);
        return node.Output[0];
    }

    private string Constant<T>(string name, DataType type, IEnumerable<long> shape, ReadOnlySpan<T> values) where T : unmanaged
    {
        var constant = new TensorProto { Name = Unique(name), DataType = (int)type, RawData = ByteString.CopyFrom(MemoryMarshal.AsBytes(values)) };
        constant.Dims.AddRange(shape);
        _graph.Initializer.Add(constant);
        return constant.Name;
    }

    private string Unique(string name)
    {
        var unique = name;
        for (var i = 1; !_names.Add(unique); i++)
            unique = FormattableString.Invariant($"{name}_{i}");
        return unique;
    }
}
