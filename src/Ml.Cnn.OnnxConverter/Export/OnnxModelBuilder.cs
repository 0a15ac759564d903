using Google.Protobuf;
using Ml.Cnn.OnnxConverter.Format;
using Ml.Cnn.Trainers.Onnx;
using static TorchSharp.torch;

namespace Ml.Cnn.OnnxConverter.Export;

/// <summary>The graph of an ONNX file in the making.</summary>
internal sealed class OnnxModelBuilder : IOnnxGraph
{
    // Nodes and values have names of their own each, but programs draw both into one picture.
    private readonly HashSet<string> _names = [];
    private readonly GraphProto _graph = new() { Name = "network" };

    public OnnxModelBuilder(int opset) => Opset = opset;

    public int Opset { get; }

    /// <summary>Bytes of all constants.</summary>
    public long ConstantBytes { get; private set; }

    /// <summary>Declares what the graph takes.</summary>
    /// <param name="name">The value's name.</param>
    /// <param name="type">Of <see cref="OnnxTypes"/>.</param>
    /// <param name="shape">Numbers, and names of lengths that are open.</param>
    public string Input(string name, long type, params IReadOnlyList<object> shape)
    {
        _names.Add(name);
        _graph.Input.Add(Value(name, type, shape));
        return name;
    }

    /// <summary>Says which value the graph gives, and under which name.</summary>
    public void Output(string value, string name, params IReadOnlyList<object> shape)
    {
        _graph.Node.Add(new NodeProto { OpType = "Identity", Name = Unique(name), Input = { value }, Output = { name } });
        _graph.Output.Add(Value(name, OnnxTypes.Float32, shape));
    }

    public string Node(string operation, string name, IReadOnlyList<string> inputs, params IReadOnlyList<(string Name, object Value)> attributes)
    {
        var unique = Unique(name);
        var output = $"{unique}_output";
        _names.Add(output);
        var node = new NodeProto { OpType = operation, Name = unique, Input = { inputs }, Output = { output } };
        while (node.Input.Count > 0 && node.Input[^1].Length == 0)
            node.Input.RemoveAt(node.Input.Count - 1);
        node.Attribute.AddRange(attributes.Select(attribute => Attribute(attribute.Name, attribute.Value)));
        _graph.Node.Add(node);
        return output;
    }

    public string Constant(string name, Tensor tensor)
    {
        using var scope = NewDisposeScope();
        var values = tensor.cpu().contiguous();
        if (values.numel() * values.element_size() > Array.MaxLength)
            throw new NotSupportedException($"the weights {name} alone take more than 2 GB");
        var bytes = values.bytes;
        var constant = new TensorProto { Name = Unique(name), DataType = (int)TypeOf(values.dtype), RawData = ByteString.CopyFrom(bytes) };
        constant.Dims.AddRange(values.shape);
        ConstantBytes += bytes.Length;
        _graph.Initializer.Add(constant);
        return constant.Name;
    }

    /// <summary>The file's content.</summary>
    /// <param name="metadata">Names and texts.</param>
    public ModelProto Build(IEnumerable<(string Name, string Text)> metadata)
    {
        var model = new ModelProto
        {
            IrVersion = OnnxVersions.IrOf(Opset),
            ProducerName = "Ml.Cnn",
            ProducerVersion = typeof(OnnxModelBuilder).Assembly.GetName().Version!.ToString(),
            Graph = _graph,
            OpsetImport = { new OperatorSetIdProto { Domain = "", Version = Opset } },
        };
        model.MetadataProps.AddRange(metadata.Select(entry => new StringStringEntryProto { Key = entry.Name, Value = entry.Text }));
        return model;
    }

    private string Unique(string name)
    {
        var unique = name;
        for (var i = 1; !_names.Add(unique); i++)
            unique = FormattableString.Invariant($"{name}_{i}");
        return unique;
    }

    private static long TypeOf(ScalarType type) => type switch
    {
        ScalarType.Float32 => OnnxTypes.Float32,
        ScalarType.Float16 => OnnxTypes.Float16,
        ScalarType.Int64 => OnnxTypes.Int64,
        ScalarType.Byte => OnnxTypes.UInt8,
        _ => throw new NotSupportedException($"a constant of type {type}"),
    };

    /// <summary>Describes what a graph takes or gives.</summary>
    public static ValueInfoProto Value(string name, long type, IReadOnlyList<object> shape)
    {
        var lengths = new TensorShapeProto();
        lengths.Dim.AddRange(shape.Select(length => length is string open
            ? new TensorShapeProto.Types.Dimension { DimParam = open }
            : new TensorShapeProto.Types.Dimension { DimValue = Convert.ToInt64(length, System.Globalization.CultureInfo.InvariantCulture) }));
        return new() { Name = name, Type = new() { TensorType = new() { ElemType = (int)type, Shape = lengths } } };
    }

    private static AttributeProto Attribute(string name, object value) => value switch
    {
        long number => new() { Name = name, Type = AttributeProto.Types.AttributeType.Int, I = number },
        double number => new() { Name = name, Type = AttributeProto.Types.AttributeType.Float, F = (float)number },
        string text => new() { Name = name, Type = AttributeProto.Types.AttributeType.String, S = ByteString.CopyFromUtf8(text) },
        IReadOnlyList<long> numbers => new() { Name = name, Type = AttributeProto.Types.AttributeType.Ints, Ints = { numbers } },
        _ => throw new NotSupportedException($"an attribute of type {value.GetType().Name}"),
    };
}
