using System.Runtime.InteropServices;
using Google.Protobuf;
using Ml.Cnn.OnnxConverter.Format;
using static Ml.Cnn.OnnxConverter.Format.AttributeProto.Types;
using static Ml.Cnn.OnnxConverter.Format.TensorProto.Types;

namespace Ml.Cnn.OnnxConverter.Tests.Import;

/// <summary>An ONNX file that is written by hand, node by node, as other programs might.</summary>
internal sealed class GraphFile
{
    public const string Input = "images";

    private readonly Random _random = new(11);

    /// <param name="opset">The version of the operators.</param>
    /// <param name="shape">What the graph takes: numbers, and names of lengths that are open.</param>
    public GraphFile(int opset, params object[] shape) : this(opset, DataType.Float, shape) { }

    /// <inheritdoc cref="GraphFile(int, object[])"/>
    public GraphFile(int opset, DataType type, params object[] shape)
    {
        // The oldest versions of the format know no constants that are no inputs.
        Model = new()
        {
            IrVersion = opset < 9 ? 3 : 8,
            OpsetImport = { new OperatorSetIdProto { Domain = "", Version = opset } },
            Graph = new() { Name = "g" },
        };
        Model.Graph.Input.Add(Declare(Input, type, shape));
    }

    private GraphFile(ModelProto model) => Model = model;

    public ModelProto Model { get; }

    public GraphProto Graph => Model.Graph;

    /// <summary>The last node.</summary>
    public NodeProto Last => Graph.Node[^1];

    /// <summary>Adds a node and gives the name of its output.</summary>
    public string Node(string operation, IReadOnlyList<string> inputs, params (string Name, object Value)[] attributes)
    {
        var node = new NodeProto { OpType = operation, Name = $"{operation}_{Graph.Node.Count}", Input = { inputs }, Output = { $"v{Graph.Node.Count}" } };
        node.Attribute.AddRange(attributes.Select(attribute => Attribute(attribute.Name, attribute.Value)));
        Graph.Node.Add(node);
        return node.Output[0];
    }

    /// <summary>A constant of drawn numbers.</summary>
    public string Draw(string name, params long[] shape) => DrawFrom(name, -0.5f, 0.5f, shape);

    public string DrawFrom(string name, float least, float most, params long[] shape) =>
        Floats(name, [.. Enumerable.Range(0, (int)shape.Aggregate(1L, (a, b) => a * b)).Select(_ => least + (most - least) * _random.NextSingle())], shape);

    /// <summary>A constant; one number without a shape.</summary>
    public string Floats(string name, float[] values, params long[] shape) =>
        Add(new() { Name = name, DataType = (int)DataType.Float, RawData = ByteString.CopyFrom(MemoryMarshal.AsBytes<float>(values)), Dims = { shape } });

    /// <summary>A list of whole numbers.</summary>
    public string Integers(string name, params long[] values) => Add(new()
    {
        Name = name,
        DataType = (int)DataType.Int64,
        RawData = ByteString.CopyFrom(MemoryMarshal.AsBytes<long>(values)),
        Dims = { values.Length },
    });

    public string Integer(string name, long value) =>
        Add(new() { Name = name, DataType = (int)DataType.Int64, RawData = ByteString.CopyFrom(BitConverter.GetBytes(value)) });

    /// <summary>A convolution of drawn weights.</summary>
    public string Convolve(string input, int channels, int filters, int kernel, params (string Name, object Value)[] attributes)
    {
        var name = $"conv{Graph.Node.Count}";
        var bound = MathF.Sqrt(3f / (channels * kernel * kernel));
        return Node("Conv", [input, DrawFrom(name + ".weight", -bound, bound, filters, channels, kernel, kernel), Draw(name + ".bias", filters)], attributes);
    }

    /// <summary>A row for each image, and a linear layer for five classes: the end of a network.</summary>
    public GraphFile Classify(string input, int features)
    {
        var bound = MathF.Sqrt(3f / features);
        return Return(Node("Gemm", [Node("Flatten", [input]), DrawFrom("fc.weight", -bound, bound, 5, features), Draw("fc.bias", 5)], ("transB", 1)));
    }

    /// <summary>Says what the graph gives.</summary>
    public GraphFile Return(string output)
    {
        Graph.Output.Add(Declare(output, DataType.Float));
        return this;
    }

    public GraphFile Copy() => new(Model.Clone());

    public string Save(TemporaryFolder folder, string name = "hand.onnx") => folder.Write(name, Model.ToByteArray());

    public static AttributeProto Attribute(string name, object value) => value switch
    {
        int or long => new() { Name = name, Type = AttributeType.Int, I = Convert.ToInt64(value, null) },
        float number => new() { Name = name, Type = AttributeType.Float, F = number },
        string text => new() { Name = name, Type = AttributeType.String, S = ByteString.CopyFromUtf8(text) },
        long[] numbers => new() { Name = name, Type = AttributeType.Ints, Ints = { numbers } },
        float[] numbers => new() { Name = name, Type = AttributeType.Floats, Floats = { numbers } },
        TensorProto tensor => new() { Name = name, Type = AttributeType.Tensor, T = tensor },
        GraphProto graph => new() { Name = name, Type = AttributeType.Graph, G = graph },
        _ => throw new NotSupportedException(value.GetType().Name),
    };

    public static ValueInfoProto Declare(string name, DataType type, params object[] shape)
    {
        var tensor = new TypeProto.Types.Tensor { ElemType = (int)type };
        if (shape.Length > 0)
        {
            tensor.Shape = new()
            {
                Dim =
                {
                    shape.Select(length => length is string open ? new TensorShapeProto.Types.Dimension { DimParam = open }
                        : new TensorShapeProto.Types.Dimension { DimValue = (int)length }),
                },
            };
        }
        return new() { Name = name, Type = new() { TensorType = tensor } };
    }

    private string Add(TensorProto tensor)
    {
        Graph.Initializer.Add(tensor);
        if (Model.IrVersion < 4)
            Graph.Input.Add(Declare(tensor.Name, (DataType)tensor.DataType, [.. tensor.Dims.Select(length => (object)(int)length)]));
        return tensor.Name;
    }
}
