using System.Diagnostics;
using Google.Protobuf;
using Ml.Cnn.OnnxConverter.Format;
using static Ml.Cnn.OnnxConverter.Format.TensorProto.Types;

namespace Ml.Cnn.OnnxConverter.Tests.Import;

/// <summary>
/// Protects whoever reads a file from elsewhere: what lies about sizes, turns in circles, leads to other files or asks for memory without end is refused by the
/// one exception, in little memory and time.
/// </summary>
[TestClass]
public sealed class HostileFileTests
{
    private const long Huge = 1L << 31; // bytes or numbers: 2 GB

    private static readonly Dictionary<string, (Func<GraphFile> Make, string Message)> s_files = new()
    {
        ["a node that takes what it gives"] = (() => With(file => file.Graph.Node[0].Input[0] = file.Graph.Node[0].Output[0]), "depends on itself"),
        ["two nodes that take what the other gives"] = (() => With(file => file.Graph.Node[0].Input[0] = file.Graph.Node[1].Output[0]), "depends on itself"),
        ["an input that nothing makes"] = (() => With(file => file.Graph.Node[0].Input[0] = "nowhere"), "takes 'nowhere', which nothing makes"),
        ["an output that nothing makes"] = (() => With(file => file.Graph.Output[0].Name = "nowhere"), "nothing makes its output 'nowhere'"),
        ["two nodes that give the same"] = (() => With(file => file.Graph.Node[1].Output[0] = file.Graph.Node[0].Output[0]), "which is there already"),
        ["a node that gives a constant"] = (() => With(file => file.Graph.Node[0].Output[0] = "fc.weight"), "which is there already"),
        ["a node that gives the images"] = (() => With(file => file.Graph.Node[0].Output[0] = GraphFile.Input), "which is there already"),
        ["two constants of a name"] = (() => With(file => file.Graph.Initializer.Add(file.Graph.Initializer[0].Clone())), "two constants of the name"),
        ["an attribute twice"] = (() => With(file => Gemm(file).Attribute.Add(GraphFile.Attribute("transB", 0))), "has the attribute 'transB' twice"),
        ["an attribute of another type"] = (() => With(file => Set(Gemm(file), "transB", "yes")), "which must be Int"),
        ["no graph"] = (() => With(file => file.Model.Graph = null), "holds no graph"),
        ["no input"] = (() => With(file => file.Graph.Input.Clear()), "its graph takes nothing"),
        ["an input that is no image"] = (() => With(file => file.Graph.Input[0].Type.TensorType.Shape.Dim.RemoveAt(0)), "3 dimensions"),
        ["images of five channels"] = (() => With(file => file.Graph.Input[0].Type.TensorType.Shape.Dim[1].DimValue = 5), "5 channels"),
        ["images of a million rows"] = (() => With(file => file.Graph.Input[0].Type.TensorType.Shape.Dim[2].DimValue = 1 << 20), "1048576"),
        ["an unknown version"] = (() => With(file => file.Model.OpsetImport[0].Version = 23), "versions 7 to 22 are read"),
        ["a version that is none"] = (() => With(file => file.Model.OpsetImport[0].Version = long.MinValue), "versions 7 to 22 are read"),
        ["nodes without end"] = (() => With(file => file.Graph.Node.AddRange(Enumerable.Repeat(file.Graph.Node[0], 20_000))), "nodes"),

        ["a tensor that claims 2 GB"] = (() => With(file => Weight(file).Dims[0] = Huge / 4), "by its shape"),
        ["a tensor that claims more than can be counted"] = (() => With(file => Weight(file).Dims.AddRange([1L << 40, 1L << 40])), "more elements than can be"),
        ["a tensor of nothing that claims more than can be counted"] =
            (() => With(file => Weight(file).Dims.AddRange([0, 1L << 40, 1L << 40])), "more elements than can be"),
        ["a tensor of a negative size"] = (() => With(file => Weight(file).Dims[0] = -5), "has a dimension of -5"),
        ["a tensor of too many dimensions"] = (() => With(file => Weight(file).Dims.AddRange(Enumerable.Repeat(1L, 9))), "dimensions"),
        ["a tensor of an unknown type"] = (() => With(file => Weight(file).DataType = 99), "unknown type 99"),
        ["a tensor of text"] = (() => With(file => Weight(file).DataType = (int)DataType.String), "unknown type 8"),
        ["a tensor without its numbers"] = (() => With(file => Weight(file).ClearRawData()), "and has 0"),
        ["a list of whole numbers without end"] = (() => WithShape(file => Longest(file, 1 << 20)), "whole numbers"),
        ["a list of whole numbers that claims to have no end"] = (() => WithShape(file => file.Graph.Initializer[0].Dims[0] = Huge), "whole numbers"),

        ["constants of one number that fill 2 GB"] = (() => WithConstants(file => file.Node("ConstantOfShape", [file.Integers("n", Huge)])), "numbers"),
        ["constants of a negative number"] = (() => WithConstants(file => file.Node("ConstantOfShape", [file.Integers("n", -5, -5)])), ""),
        ["constants that are spread"] =
            (() => WithConstants(file => file.Node("Expand", [file.Draw("c", 4), file.Integers("n", 1 << 20, 1 << 10, 4)])), "(Expand)"),
        ["constants that are repeated"] = (() => WithConstants(file => file.Node("Tile", [file.Draw("c", 4), file.Integers("n", Huge)])), "(Tile)"),
        ["constants that are spread over one another"] =
            (() => WithConstants(file => file.Node("Add", [file.Draw("c", 1 << 16, 1), file.Draw("d", 1, 1 << 16)])), "makes constants that take more"),
        ["constants that are multiplied"] =
            (() => WithConstants(file => file.Node("MatMul", [file.Draw("c", 1 << 16, 1), file.Draw("d", 1, 1 << 16)])), "makes constants that take more"),
        ["constants that double"] = (() => WithConstants(file => Doubled(file, file.Draw("c", 64))), "makes constants that take more"),
        ["whole numbers that double"] = (() => WithShape(file => file.Graph.Node[^4].Input[1] = Doubled(file, file.Integers("c", 1, 1), first: true)),
            "makes constants that take more"),
        ["images that double"] = (() =>
        {
            var file = new GraphFile(13, "N", 3, 8, 8);
            var maps = GraphFile.Input;
            for (var i = 0; i < 40; i++)
                maps = file.Node("Concat", [maps, maps], ("axis", 1));
            return file.Classify(maps, 5);
        }, "cannot take"),

        ["windows that are larger than the images"] = (() => With(file => Set(Pool(file), "kernel_shape", new long[] { 9, 9 })), "(MaxPool) cannot take"),
        ["windows of a negative size"] = (() => With(file => Set(Pool(file), "kernel_shape", new long[] { -2, 2 })), "from 1 to 65536"),
        ["windows of a large size"] = (() => With(file => Set(Pool(file), "kernel_shape", new long[] { 1 << 30, 2 })), "from 1 to 65536"),
        ["windows of one dimension"] = (() => With(file => Set(Pool(file), "kernel_shape", new long[] { 2 })), "two dimensions"),
        ["steps of 0"] = (() => With(file => Set(Convolution(file), "strides", new long[] { 0, 1 })), "from 1 to 65536"),
        ["gaps without end"] = (() => With(file => Set(Convolution(file), "dilations", new long[] { long.MaxValue, 1 })), "from 1 to 65536"),
        ["pads of a negative size"] = (() => With(file => Set(Convolution(file), "pads", new long[] { -1, 0, 0, 0 })), "from 0 to 65536"),
        ["pads without end"] = (() => With(file => Set(Convolution(file), "pads", new long[] { long.MaxValue, 0, 0, 0 })), "from 0 to 65536"),
        ["pads that ask for 200 GB"] = (() => With(file => Set(Convolution(file), "pads", new long[] { 65536, 65536, 65536, 65536 })), "cannot take"),
        ["pads of two sides"] = (() => With(file => Set(Convolution(file), "pads", new long[] { 1, 1 })), "2 sides"),
        ["no groups"] = (() => With(file => Set(Convolution(file), "group", 0)), "from 1 to 65536"),
        ["groups without end"] = (() => With(file => Set(Convolution(file), "group", long.MaxValue)), "from 1 to 65536"),
        ["groups that do not fit"] = (() => With(file => Set(Convolution(file), "group", 2)), "groups"),
        ["an epsilon that is no number"] = (() =>
        {
            var file = new GraphFile(13, "N", 3, 8, 8);
            return file.Classify(file.Node("BatchNormalization", [GraphFile.Input, file.Draw("w", 3), file.Draw("b", 3), file.Draw("m", 3), file.Draw("v", 3)],
                ("epsilon", float.NaN)), 192);
        }, "'epsilon'"),
        ["a shape of negative numbers"] = (() => WithShape(file => Shape(file, -1, -7, -7)), "mixes the numbers"),
        ["a shape that overflows"] = (() => WithShape(file => Shape(file, 0, 1L << 62, 4)), "mixes the numbers"),
        ["a shape that mixes images"] = (() => WithShape(file => Shape(file, 2, 96)), "mixes the numbers"),
        ["arithmetic that overflows"] = (() => WithShape(file =>
            file.Graph.Node[^3].Input[1] = file.Node("Mul", [file.Integers("m", long.MaxValue), file.Integers("n", 2)])), "too large"),
        ["a division by 0"] = (() => WithShape(file => file.Graph.Node[^3].Input[1] = file.Node("Div", [file.Integers("m", 1), file.Integers("n", 0)])),
            "computes with"),
        ["the smallest number divided by -1"] =
            (() => WithShape(file => file.Graph.Node[^3].Input[1] = file.Node("Div", [file.Integers("m", long.MinValue), file.Integers("n", -1)])),
            "computes with"),
        ["an operator of somebody's own"] = (() => With(file => file.Graph.Node[0].Domain = "com.example"), "com.example.Conv"),
        ["a subgraph"] = (() => With(file =>
        {
            file.Graph.Node[0].OpType = "If";
            file.Graph.Node[0].Attribute.Add(GraphFile.Attribute("then_branch", new GraphProto { Name = "then" }));
        }), "(If) is of an operator"),
        ["graphs in graphs in graphs"] = (() => With(file =>
        {
            var inner = new GraphProto();
            for (var i = 0; i < 1000; i++)
                inner = new() { Node = { new NodeProto { Attribute = { GraphFile.Attribute("body", inner) } } } };
            file.Graph.Node[0].Attribute.Add(GraphFile.Attribute("body", inner));
        }), "nested more than 16 deep"),
    };

    public static IEnumerable<string[]> Files() => s_files.Keys.Select(name => new[] { name });

    [TestMethod]
    [DynamicData(nameof(Files))]
    public void A_hostile_file_is_refused(string name)
    {
        var (make, message) = s_files[name];
        using var folder = new TemporaryFolder();
        HandFile.Refuse(make().Save(folder), message);
    }

    [TestMethod]
    public void Every_beginning_of_a_file_is_refused()
    {
        using var folder = new TemporaryFolder();
        var bytes = With(_ => { }).Model.ToByteArray();
        Assert.AreEqual(5, OnnxNetwork.Load(folder.Write("whole.onnx", bytes)).DefaultClasses);
        for (var length = 0; length < bytes.Length - 20; length += 1 + length / 40) // what comes last is the version
        {
            Assert.ThrowsExactly<OnnxFormatException>(() => OnnxNetwork.Load(folder.Write("cut.onnx", bytes[..length])), $"{length} bytes");
        }
    }

    [TestMethod]
    public void Empty_messages_without_end_take_no_memory()
    {
        using var folder = new TemporaryFolder();
        // Two bytes each in the file, an object in memory: a graph of ten million nodes.
        var nodes = new byte[20_000_000];
        for (var i = 0; i < nodes.Length; i += 2)
            nodes[i] = 1 << 3 | 2;
        var graph = new MemoryStream();
        using (var output = new CodedOutputStream(graph, leaveOpen: true))
        {
            output.WriteTag(7 << 3 | 2);
            output.WriteLength(nodes.Length);
        }
        graph.Write(nodes);
        var before = GC.GetAllocatedBytesForCurrentThread();
        HandFile.Refuse(folder.Write("nodes.onnx", graph.ToArray()), "which 20000005 bytes are not worth");
        Assert.IsLessThan(64L << 20, GC.GetAllocatedBytesForCurrentThread() - before);
    }

    [TestMethod]
    public void Long_chains_and_values_that_many_take_are_read_in_little_time()
    {
        using var folder = new TemporaryFolder();
        var chain = new GraphFile(13, "N", 3, 8, 8);
        var maps = GraphFile.Input;
        for (var i = 0; i < 5000; i++)
            maps = chain.Node(i % 2 == 0 ? "Relu" : "Add", i % 2 == 0 ? [maps] : [maps, maps]); // 2^2500 ways through it
        var time = Stopwatch.StartNew();
        Assert.AreEqual(5, OnnxNetwork.Load(chain.Classify(maps, 192).Save(folder)).DefaultClasses);
        Assert.IsLessThan(HandFile.Longest, time.Elapsed);

        var fan = new GraphFile(13, "N", 3, 8, 8);
        var sum = GraphFile.Input;
        for (var i = 0; i < 2000; i++)
            sum = fan.Node("Add", [sum, GraphFile.Input]);
        time.Restart();
        OnnxNetwork.Load(fan.Classify(sum, 192).Save(folder));
        Assert.IsLessThan(HandFile.Longest, time.Elapsed);
    }

    /// <summary>A convolution, a pool and a linear layer, with something changed.</summary>
    internal static GraphFile With(Action<GraphFile> change)
    {
        var file = new GraphFile(13, "N", 3, 8, 8);
        var maps = file.Node("Relu", [file.Convolve(GraphFile.Input, 3, 4, 1)]);
        file.Classify(file.Node("MaxPool", [maps], ("kernel_shape", (long[])[2, 2]), ("strides", (long[])[2, 2])), 64);
        change(file);
        return file;
    }

    // A network whose reshaping takes a list that is put together.
    private static GraphFile WithShape(Action<GraphFile> change)
    {
        var file = new GraphFile(13, "N", 3, 8, 8);
        var shape = file.Node("Concat", [file.Integers("a", -1), file.Integers("b", 192)], ("axis", 0));
        file.Classify(file.Node("Reshape", [GraphFile.Input, shape]), 192);
        change(file);
        return file;
    }

    // A network with an offset that is made of constants.
    private static GraphFile WithConstants(Func<GraphFile, string> make)
    {
        var file = new GraphFile(13, "N", 3, 8, 8);
        return file.Classify(file.Node("Add", [GraphFile.Input, make(file)]), 192);
    }

    private static string Doubled(GraphFile file, string constant, bool first = false)
    {
        var start = file.Graph.Node.Count;
        for (var i = 0; i < 40; i++)
            constant = file.Node("Concat", [constant, constant], ("axis", 0));
        if (first) // before those that take it
        {
            var added = file.Graph.Node.Skip(start).ToArray();
            while (file.Graph.Node.Count > start)
                file.Graph.Node.RemoveAt(start);
            for (var i = added.Length - 1; i >= 0; i--)
                file.Graph.Node.Insert(0, added[i]);
        }
        return constant;
    }

    private static void Shape(GraphFile file, params long[] shape) => file.Graph.Node[^3].Input[1] = file.Integers("s", shape);

    private static void Longest(GraphFile file, int length) => file.Graph.Node[^4].Input[0] = file.Integers("long", new long[length]);

    /// <summary>The weights of its linear layer.</summary>
    internal static TensorProto Weight(GraphFile file) => file.Graph.Initializer.Single(tensor => tensor.Name == "fc.weight");

    private static NodeProto Convolution(GraphFile file) => file.Graph.Node[0];

    private static NodeProto Pool(GraphFile file) => file.Graph.Node.Single(node => node.OpType == "MaxPool");

    private static NodeProto Gemm(GraphFile file) => file.Graph.Node[^1];

    private static void Set(NodeProto node, string name, object value)
    {
        for (var i = node.Attribute.Count - 1; i >= 0; i--)
        {
            if (node.Attribute[i].Name == name)
                node.Attribute.RemoveAt(i);
        }
        node.Attribute.Add(GraphFile.Attribute(name, value));
    }
}
