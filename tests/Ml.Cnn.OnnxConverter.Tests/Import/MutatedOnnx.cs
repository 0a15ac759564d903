using Google.Protobuf;
using Google.Protobuf.Collections;
using Ml.Cnn.OnnxConverter.Format;

namespace Ml.Cnn.OnnxConverter.Tests.Import;

/// <summary>Damaged ONNX files, each a function of its seed: what a graph says is changed, or the bytes are.</summary>
internal sealed class MutatedOnnx(ModelProto[] seeds)
{
    private static readonly long[] s_numbers =
        [0, 1, 2, 3, 4, 7, -1, -2, 5, 16, 64, 255, 1000, 65535, 65536, 1 << 24, int.MaxValue, int.MinValue, 1L << 40, long.MaxValue, long.MinValue];

    private static readonly float[] s_floats = [0, 1, -1, 0.5f, 6, 1e-30f, 1e30f, float.MaxValue, float.NaN, float.PositiveInfinity, float.NegativeInfinity];

    private static readonly string[] s_operators =
    [
        "Conv", "Gemm", "MatMul", "BatchNormalization", "LayerNormalization", "LRN", "Relu", "Clip", "PRelu", "HardSigmoid", "Softmax", "Dropout", "MaxPool",
        "AveragePool", "GlobalAveragePool", "Add", "Sub", "Mul", "Div", "Pow", "Max", "Sum", "Neg", "Sqrt", "Reciprocal", "Erf", "Reshape", "Flatten",
        "Transpose", "Squeeze", "Unsqueeze", "Identity", "Cast", "Concat", "Slice", "Split", "Gather", "Pad", "ReduceMean", "Constant", "Shape",
        "ConstantOfShape", "Floor", "Expand", "CastLike", "If",
    ];

    private readonly byte[][] _bytes = [.. seeds.Select(seed => seed.ToByteArray())];

    /// <summary>The file of a seed.</summary>
    public byte[] Make(int seed)
    {
        var random = new Random(seed);
        var which = random.Next(seeds.Length);
        var isBytes = random.Next(3) == 0;
        var bytes = _bytes[which];
        if (!isBytes || random.Next(8) == 0)
        {
            var model = seeds[which].Clone();
            for (var i = Changes(random); i > 0; i--)
                Change(model, random);
            bytes = model.ToByteArray();
        }
        if (isBytes)
        {
            for (var i = Changes(random); i > 0 && bytes.Length > 0; i--)
                bytes = Change(bytes, random);
        }
        return bytes;
    }

    // One is most often the one that gets far.
    private static int Changes(Random random) => random.Next(2) == 0 ? 1 : random.Next(1, 6);

    private void Change(ModelProto model, Random random)
    {
        if (model.Graph is not { } graph)
            return;
        switch (random.Next(12))
        {
            case 0:
                model.OpsetImport[0].Version = random.Next(4) == 0 ? Number(random) : random.Next(6, 24);
                break;
            case 1 when graph.Input.Count > 0 && graph.Input[0].Type?.TensorType is { } type:
                if (type.Shape is { Dim.Count: > 0 } shape && random.Next(3) > 0)
                    shape.Dim[random.Next(shape.Dim.Count)].DimValue = Number(random);
                else
                    type.ElemType = random.Next(18);
                break;
            case 2 or 3 when graph.Initializer.Count > 0:
                Change(graph.Initializer[random.Next(graph.Initializer.Count)], random);
                break;
            case 4 when graph.Node.Count > 1:
                Move(graph.Node, random);
                break;
            case 5 when graph.Output.Count > 0 && graph.Node.Count > 0:
                graph.Output[0].Name = Output(graph, random);
                break;
            case 6:
                // Nodes of another file, which may fit by their names.
                var other = seeds[random.Next(seeds.Length)].Graph;
                graph.Node.Add(other.Node[random.Next(other.Node.Count)].Clone());
                if (random.Next(2) == 0)
                    graph.Initializer.AddRange(other.Initializer.Where(tensor => graph.Initializer.All(own => own.Name != tensor.Name)).Select(tensor =>
                        tensor.Clone()));
                break;
            default:
                if (graph.Node.Count > 0)
                    Change(graph, graph.Node[random.Next(graph.Node.Count)], random);
                break;
        }
    }

    private static void Change(GraphProto graph, NodeProto node, Random random)
    {
        switch (random.Next(8))
        {
            case 0:
                node.OpType = s_operators[random.Next(s_operators.Length)];
                break;
            case 1 when node.Input.Count > 0:
                node.Input[random.Next(node.Input.Count)] = Output(graph, random);
                break;
            case 2 when node.Input.Count > 0:
                node.Input[random.Next(node.Input.Count)] = graph.Initializer.Count > 0 ? graph.Initializer[random.Next(graph.Initializer.Count)].Name : "";
                break;
            case 3 when node.Input.Count > 0:
                Move(node.Input, random);
                break;
            case 4:
                // An attribute of another node.
                var others = graph.Node.SelectMany(other => other.Attribute).ToArray();
                if (others.Length > 0)
                    node.Attribute.Add(others[random.Next(others.Length)].Clone());
                break;
            default:
                if (node.Attribute.Count == 0)
                    node.Attribute.Add(GraphFile.Attribute(random.Next(2) == 0 ? "axis" : "group", Number(random)));
                else
                    Change(node.Attribute, node.Attribute[random.Next(node.Attribute.Count)], random);
                break;
        }
    }

    private static void Change(RepeatedField<AttributeProto> all, AttributeProto attribute, Random random)
    {
        if (random.Next(6) == 0)
        {
            all.Remove(attribute);
            return;
        }
        if (attribute.HasI)
            attribute.I = Number(random);
        else if (attribute.HasF)
            attribute.F = s_floats[random.Next(s_floats.Length)];
        else if (attribute.Ints.Count > 0 && random.Next(4) > 0)
            attribute.Ints[random.Next(attribute.Ints.Count)] = Number(random);
        else if (attribute.Ints.Count > 0)
            Move(attribute.Ints, random);
        else if (attribute.T is { } tensor)
            Change(tensor, random);
        else
            attribute.Type = (AttributeProto.Types.AttributeType)random.Next(11);
    }

    private static void Change(TensorProto tensor, Random random)
    {
        switch (random.Next(7))
        {
            case 0 when tensor.Dims.Count > 0:
                tensor.Dims[random.Next(tensor.Dims.Count)] = Number(random);
                break;
            case 1:
                Move(tensor.Dims, random);
                break;
            case 2:
                tensor.DataType = random.Next(20);
                break;
            case 3 when tensor.RawData.Length > 0:
                tensor.RawData = ByteString.CopyFrom(tensor.RawData.Span[..random.Next(tensor.RawData.Length)]);
                break;
            case 4:
                tensor.DataLocation = TensorProto.Types.DataLocation.External;
                foreach (var key in (string[])["location", "offset", "length"])
                    tensor.ExternalData.Add(new StringStringEntryProto { Key = key, Value = key == "location" ? "../x" : Number(random).ToString(null, null) });
                break;
            default:
                // Whole numbers say shapes and places: each may become another.
                if (tensor.RawData.Length >= sizeof(long) && tensor.DataType == (int)TensorProto.Types.DataType.Int64)
                {
                    var bytes = tensor.RawData.ToByteArray();
                    BitConverter.TryWriteBytes(bytes.AsSpan(random.Next(bytes.Length / sizeof(long)) * sizeof(long)), Number(random));
                    tensor.RawData = ByteString.CopyFrom(bytes);
                }
                else if (tensor.RawData.Length >= sizeof(float))
                {
                    var bytes = tensor.RawData.ToByteArray();
                    BitConverter.TryWriteBytes(bytes.AsSpan(random.Next(bytes.Length / sizeof(float)) * sizeof(float)), s_floats[random.Next(s_floats.Length)]);
                    tensor.RawData = ByteString.CopyFrom(bytes);
                }
                break;
        }
    }

    // One item goes, comes twice, or changes its place.
    private static void Move<T>(RepeatedField<T> items, Random random)
    {
        if (items.Count == 0)
            return;
        var (from, to) = (random.Next(items.Count), random.Next(items.Count));
        switch (random.Next(3))
        {
            case 0:
                items.RemoveAt(from);
                break;
            case 1:
                items.Insert(to, items[from]);
                break;
            default:
                (items[from], items[to]) = (items[to], items[from]);
                break;
        }
    }

    private static byte[] Change(byte[] bytes, Random random)
    {
        var at = random.Next(bytes.Length);
        var length = Math.Min(bytes.Length - at, 1 + random.Next(random.Next(4) == 0 ? 64 : 4));
        switch (random.Next(6))
        {
            case 0:
                return bytes[..at];
            case 1:
                return [.. bytes[..at], .. bytes[(at + length)..]];
            case 2:
                return [.. bytes[..(at + length)], .. bytes[at..]];
            case 3:
                // A large number, as the format writes them.
                return [.. bytes[..at], .. Enumerable.Repeat((byte)0xff, random.Next(1, 10)), 0x01, .. bytes[(at + length)..]];
            default:
                var changed = bytes.ToArray();
                for (var i = 0; i < length; i++)
                    changed[at + i] = random.Next(2) == 0 ? (byte)random.Next(256) : (byte)(changed[at + i] ^ 1 << random.Next(8));
                return changed;
        }
    }

    private static long Number(Random random) => random.Next(3) == 0 ? random.Next(-3, 20) : s_numbers[random.Next(s_numbers.Length)];

    private static string Output(GraphProto graph, Random random) =>
        graph.Node[random.Next(graph.Node.Count)].Output is { Count: > 0 } outputs ? outputs[0] : "";
}
