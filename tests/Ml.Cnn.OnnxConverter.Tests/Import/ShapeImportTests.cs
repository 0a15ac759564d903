using static Ml.Cnn.OnnxConverter.Format.TensorProto.Types;

namespace Ml.Cnn.OnnxConverter.Tests.Import;

/// <summary>Protects shapes: batches that a file fixed, the arithmetic that exporters leave behind, and the forms of old versions.</summary>
[TestClass]
public sealed class ShapeImportTests
{
    [TestMethod]
    [DataRow(new long[] { 1, 64 })]
    [DataRow(new long[] { 1, -1 })]
    [DataRow(new long[] { -1, 64 })]
    [DataRow(new long[] { 0, -1 })]
    [DataRow(new long[] { 1, 4, 16 })]
    public void A_batch_of_one_that_the_file_fixed_is_free(long[] shape)
    {
        var file = new GraphFile(13, 1, 3, 6, 6);
        var maps = file.Node("Relu", [file.Convolve(GraphFile.Input, 3, 4, 3)]);
        HandFile.Check(file.Classify(file.Node("Reshape", [maps, file.Integers("shape", shape)]), 64));
    }

    [TestMethod]
    public void A_batch_of_four_that_the_file_fixed_is_free()
    {
        var file = new GraphFile(13, 4, 1, 4, 4);
        file.Classify(file.Node("Reshape", [file.Node("Relu", [GraphFile.Input]), file.Integers("shape", 4, 16)]), 16);
        using var folder = new TemporaryFolder();
        var architecture = OnnxNetwork.Load(file.Save(folder));
        var images = ImportedScores.Draw([4, 1, 4, 4]);
        var expected = ImportedScores.OfRuntime(Path.Join(folder.Path, "hand.onnx"), images, [4, 1, 4, 4]);
        Assert.IsLessThanOrEqualTo(1e-4, ImportedScores.Difference(expected, ImportedScores.Of(architecture, images, [4, 1, 4, 4])));
        Assert.IsLessThanOrEqualTo(1e-4, ImportedScores.Difference(expected[..5], ImportedScores.Of(architecture, images[..16], [1, 1, 4, 4])));
    }

    [TestMethod]
    [DataRow(7)]
    [DataRow(11)]
    [DataRow(13)]
    [DataRow(15)]
    public void The_arithmetic_of_shapes_comes_to_nothing(int opset)
    {
        // x.view(x.size(0), -1) as exporters write it.
        var file = new GraphFile(opset, "N", 3, 6, 6);
        var maps = file.Node("Relu", [file.Convolve(GraphFile.Input, 3, 4, 3)]);
        var batch = file.Node("Gather", [file.Node("Shape", [maps]), file.Integer("zero", 0)], ("axis", 0));
        var rest = file.Node("Constant", [], ("value", new Format.TensorProto { DataType = (int)DataType.Int64, Int64Data = { -1 }, Dims = { 1 } }));
        var shape = file.Node("Concat", [Unsqueeze(file, batch, opset), rest], ("axis", 0));
        HandFile.Check(file.Classify(file.Node("Reshape", [maps, shape]), 64));
    }

    [TestMethod]
    public void Products_quotients_and_slices_of_shapes_are_computed()
    {
        // Channels in groups, turned around: half of the channels by a division, height and width by a slice of the shape.
        var file = new GraphFile(13, "N", 3, 6, 6);
        var maps = file.Node("Relu", [file.Convolve(GraphFile.Input, 3, 4, 3)]);
        var shape = file.Node("Shape", [maps]);
        var batch = file.Node("Slice", [shape, file.Integers("s0", 0), file.Integers("s1", 1)]);
        var channels = file.Node("Gather", [shape, file.Integer("one", 1)]);
        var each = Unsqueeze(file, file.Node("Div", [channels, file.Integer("two", 2)]), 13);
        var sides = file.Node("Slice", [shape, file.Integers("s2", 2), file.Integers("s3", long.MaxValue), file.Integers("a0", 0)]);
        var split = file.Node("Concat", [batch, file.Integers("groups", 2), each, sides], ("axis", 0));
        maps = file.Node("Transpose", [file.Node("Reshape", [maps, split])], ("perm", (long[])[0, 2, 1, 3, 4]));
        var whole = file.Node("Concat", [batch, Unsqueeze(file, channels, 13), sides], ("axis", 0));
        maps = file.Node("Reshape", [maps, file.Node("Cast", [file.Node("Cast", [whole], ("to", (int)DataType.Int32))], ("to", (int)DataType.Int64))]);
        maps = file.Node("GlobalAveragePool", [file.Convolve(maps, 4, 6, 3)]);
        Assert.Contains("channel_shuffle", HandFile.Check(file.Classify(maps, 6)).Kinds);
    }

    [TestMethod]
    public void The_batch_may_be_a_factor_of_the_shape()
    {
        // N · 4 · 4 · 4 / 64 rows.
        var file = new GraphFile(13, "N", 3, 6, 6);
        var maps = file.Node("Relu", [file.Convolve(GraphFile.Input, 3, 4, 3)]);
        var batch = file.Node("Slice", [file.Node("Shape", [maps]), file.Integers("s0", 0), file.Integers("s1", 1)]);
        var rows = file.Node("Div", [file.Node("Mul", [batch, file.Integers("64", 64)]), file.Integers("by", 64)]);
        var shape = file.Node("Concat", [rows, file.Integers("rest", 64)], ("axis", 0));
        HandFile.Check(file.Classify(file.Node("Reshape", [maps, shape]), 64));
    }

    [TestMethod]
    [DataRow(7)]
    [DataRow(9)]
    [DataRow(12)]
    [DataRow(13)]
    [DataRow(22)]
    public void Each_version_of_the_operators_says_where_dimensions_go(int opset)
    {
        var file = new GraphFile(opset, "N", 3, 8, 8);
        var maps = file.Node("Relu", [file.Convolve(GraphFile.Input, 3, 4, 3)]);
        maps = opset < 10 ? file.Node("Slice", [maps], ("axes", (long[])[1, 2]), ("starts", (long[])[1, -4]), ("ends", (long[])[3, 1000]))
            : file.Node("Slice", [maps, file.Integers("starts", 1, -4), file.Integers("ends", 3, 1000), file.Integers("axes", 1, 2)]);
        maps = opset < 11 ? file.Node("Pad", [maps], ("pads", (long[])[0, 0, 1, 0, 0, 0, 2, 1]), ("value", 0.5f))
            : file.Node("Pad", [maps, file.Integers("pads", 0, 0, 1, 0, 0, 0, 2, 1), file.Floats("value", [0.5f])]);
        var row = file.Node("GlobalAveragePool", [file.Convolve(maps, 2, 6, 3)]);
        row = opset < 13 ? file.Node("Squeeze", [row], ("axes", (long[])[2, 3])) : file.Node("Squeeze", [row, file.Integers("gone", 2, 3)]);
        row = opset < 13 ? file.Node("Unsqueeze", [row], ("axes", (long[])[2])) : file.Node("Unsqueeze", [row, file.Integers("new", 2)]);
        HandFile.Check(file.Classify(row, 6));
    }

    [TestMethod]
    public void A_convolution_takes_the_zeros_around_it_as_they_are()
    {
        var file = new GraphFile(18, "N", 3, 8, 8);
        var maps = file.Node("Pad", [GraphFile.Input, file.Integers("pads", 1, 2, 1, 0), "", file.Integers("axes", 2, 3)], ("mode", "constant"));
        HandFile.Check(file.Classify(file.Node("GlobalAveragePool", [file.Node("Relu", [file.Convolve(maps, 3, 4, 3)])]), 4));
        foreach (var mode in (string[])["reflect", "edge"])
        {
            file = new GraphFile(13, "N", 3, 8, 8);
            file.Classify(file.Node("Pad", [GraphFile.Input, file.Integers("pads", 0, 0, 1, 1, 0, 0, 1, 1)], ("mode", mode)), 300);
            Assert.Contains(mode, HandFile.Refusal(file));
        }
    }

    [TestMethod]
    public void Channels_are_taken_apart_and_put_together()
    {
        foreach (var opset in (int[])[11, 13, 18])
        {
            var file = new GraphFile(opset, "N", 3, 8, 8);
            var maps = file.Node("Relu", [file.Convolve(GraphFile.Input, 3, 6, 3)]);
            var node = opset < 13 ? file.Node("Split", [maps], ("axis", 1), ("split", (long[])[2, 4]))
                : file.Node("Split", [maps, file.Integers("sizes", 2, 4)], ("axis", 1));
            file.Last.Output.Add("second");
            maps = file.Node("Concat", [file.Node("Tanh", ["second"]), node, maps], ("axis", 1));
            HandFile.Check(file.Classify(file.Node("GlobalAveragePool", [file.Convolve(maps, 12, 4, 3)]), 4));
        }
    }

    [TestMethod]
    public void Constants_are_spread_and_brought_to_the_type_of_others()
    {
        // As PyTorch's newer exporter writes a convolution without an offset, where nothing folds constants.
        var file = new GraphFile(20, "N", 3, 6, 6);
        var filters = file.Node("Shape", [file.Draw("w", 4, 3, 3, 3)], ("start", 0), ("end", 1));
        var offset = file.Node("CastLike", [file.Floats("number", [0.25f]), GraphFile.Input]);
        offset = file.Node("Expand", [offset, file.Node("Expand", [filters, file.Node("Constant", [], ("value_ints", (long[])[1]))])]);
        var maps = file.Node("Relu", [file.Node("Conv", [GraphFile.Input, "w", offset])]);
        maps = file.Node("Expand", [maps, file.Node("CastLike", [file.Integers("shape", 1, 4, 1, 1), filters])]);
        HandFile.Check(file.Classify(file.Node("GlobalAveragePool", [maps]), 4));
    }

    [TestMethod]
    public void Values_that_are_spread_are_no_layer()
    {
        var file = new GraphFile(20, "N", 3, 6, 6);
        var maps = file.Node("Expand", [file.Node("GlobalAveragePool", [GraphFile.Input]), file.Integers("shape", 1, 3, 6, 6)]);
        Assert.Contains("(Expand) spreads values", HandFile.Refusal(file.Classify(maps, 108)));
    }

    [TestMethod]
    public void Rows_may_become_maps_again()
    {
        var file = new GraphFile(13, "N", 1, 4, 4);
        var row = file.Node("Relu", [file.Node("Gemm", [file.Node("Flatten", [GraphFile.Input]), file.Draw("w", 16, 18)])]);
        var maps = file.Node("Reshape", [row, file.Integers("shape", -1, 2, 3, 3)]);
        HandFile.Check(file.Classify(file.Node("Relu", [file.Convolve(maps, 2, 4, 3)]), 4));
    }

    private static string Unsqueeze(GraphFile file, string number, int opset) => opset < 13 ? file.Node("Unsqueeze", [number], ("axes", (long[])[0]))
        : file.Node("Unsqueeze", [number, file.Integers($"axes{file.Graph.Node.Count}", 0)]);
}
