using static Ml.Cnn.OnnxConverter.Format.TensorProto.Types;

namespace Ml.Cnn.OnnxConverter.Tests.Import;

/// <summary>Protects the weights of files of other programs: convolutions, linear layers and normalization compute what ONNX Runtime does.</summary>
[TestClass]
public sealed class ConvolutionImportTests
{
    [TestMethod]
    [DataRow(new long[] { 0, 1, 2, 0 }, 2, 1)]
    [DataRow(new long[] { 0, 0, 1, 1 }, 2, 1)]
    [DataRow(new long[] { 2, 0, 1, 3 }, 1, 2)]
    [DataRow(new long[] { 1, 1, 1, 1 }, 3, 2)]
    public void A_convolution_may_pad_each_side_by_itself(long[] pads, long stride, long dilation)
    {
        var file = new GraphFile(13, "N", 3, 15, 15);
        var maps = file.Convolve(GraphFile.Input, 3, 4, 3, ("pads", pads), ("strides", (long[])[stride, stride]), ("dilations", (long[])[dilation, dilation]));
        HandFile.Check(file.Classify(file.Node("GlobalAveragePool", [file.Node("Relu", [maps])]), 4));
    }

    [TestMethod]
    [DataRow("SAME_UPPER", 2)]
    [DataRow("SAME_LOWER", 2)]
    [DataRow("SAME_UPPER", 1)]
    [DataRow("VALID", 3)]
    public void A_convolution_may_pad_as_much_as_keeps_the_size(string pad, long stride)
    {
        var file = new GraphFile(13, "N", 3, 12, 12);
        var maps = file.Convolve(GraphFile.Input, 3, 4, 3, ("auto_pad", pad), ("strides", (long[])[stride, stride]));
        HandFile.Check(file.Classify(file.Node("GlobalAveragePool", [file.Node("Relu", [maps])]), 4));
    }

    [TestMethod]
    public void Groups_and_windows_that_are_not_square_are_read()
    {
        var file = new GraphFile(13, "N", 3, 10, 12);
        var maps = file.Convolve(GraphFile.Input, 3, 6, 1);
        maps = file.Node("Conv", [maps, file.Draw("w", 4, 3, 3, 1)], ("group", 2), ("kernel_shape", (long[])[3, 1]), ("pads", (long[])[1, 0, 1, 0]));
        HandFile.Check(file.Classify(file.Node("GlobalAveragePool", [file.Node("Relu", [maps])]), 4));
    }

    [TestMethod]
    [DataRow(7)]
    [DataRow(9)]
    [DataRow(15)]
    [DataRow(22)]
    public void Normalization_that_is_left_beside_a_convolution_is_trained_on(int opset)
    {
        var file = new GraphFile(opset, "N", 3, 9, 9);
        var maps = file.Convolve(GraphFile.Input, 3, 4, 3);
        maps = file.Node("BatchNormalization",
            [maps, file.DrawFrom("bn.weight", 0.5f, 1.5f, 4), file.Draw("bn.bias", 4), file.Draw("bn.running_mean", 4),
                file.DrawFrom("bn.running_var", 0.5f, 2, 4)],
            ("epsilon", 1e-3f), ("momentum", 0.99f));
        var kinds = HandFile.Check(file.Classify(file.Node("GlobalAveragePool", [file.Node("Relu", [maps])]), 4)).Kinds;
        Assert.Contains("batch_norm2d", kinds);
    }

    [TestMethod]
    public void Normalization_that_was_folded_is_factors_and_offsets_of_the_channels()
    {
        var file = new GraphFile(13, "N", 3, 9, 9);
        var maps = file.Convolve(GraphFile.Input, 3, 4, 3);
        maps = file.Node("Add", [file.Node("Mul", [maps, file.DrawFrom("scale", 0.5f, 2, 4, 1, 1)]), file.Draw("shift", 1, 4, 1, 1)]);
        maps = file.Node("Relu", [maps]);
        // And the other way around: the constants first.
        maps = file.Node("Mul", [file.DrawFrom("scale2", 0.5f, 2, 4, 1, 1), file.Node("Sub", [file.Draw("mean2", 4, 1, 1), maps])]);
        HandFile.Check(file.Classify(file.Node("GlobalAveragePool", [file.Node("Relu", [maps])]), 4));
    }

    [TestMethod]
    public void An_offset_behind_a_convolution_without_one_is_its_own()
    {
        var file = new GraphFile(13, "N", 3, 9, 9);
        var maps = file.Node("Add", [file.Node("Conv", [GraphFile.Input, file.Draw("c.weight", 4, 3, 3, 3)]), file.Draw("c.bias", 4, 1, 1)]);
        var kinds = HandFile.Check(file.Classify(file.Node("GlobalAveragePool", [file.Node("Relu", [maps])]), 4)).Kinds;
        Assert.AreEqual("conv2d", kinds[0], string.Join(' ', kinds));
        Assert.DoesNotContain("channel_affine", kinds);
    }

    [TestMethod]
    [DataRow(0, 1f, 1f)]
    [DataRow(1, 1f, 1f)]
    [DataRow(1, 0.5f, 2f)]
    [DataRow(0, -2f, 0f)]
    public void A_linear_layer_may_be_turned_around_and_scaled(int transposed, float alpha, float beta)
    {
        var file = new GraphFile(13, "N", 1, 4, 4);
        var row = file.Node("Flatten", [GraphFile.Input]);
        row = file.Node("Relu", [file.Node("Gemm", [row, transposed == 1 ? file.Draw("w", 6, 16) : file.Draw("w", 16, 6), file.Draw("b", 1, 6)],
            ("transB", transposed), ("alpha", alpha), ("beta", beta))]);
        HandFile.Check(file.Classify(row, 6));
    }

    [TestMethod]
    public void One_offset_may_be_for_all_outputs()
    {
        var file = new GraphFile(13, "N", 1, 4, 4);
        var row = file.Node("Gemm", [file.Node("Flatten", [GraphFile.Input]), file.Draw("w", 16, 6), file.Floats("b", [0.5f])]);
        HandFile.Check(file.Classify(file.Node("Relu", [row]), 6));
        file = new GraphFile(13, "N", 1, 4, 4);
        row = file.Node("Gemm", [file.Node("Flatten", [GraphFile.Input]), file.Draw("w", 16, 6)]);
        HandFile.Check(file.Classify(file.Node("Relu", [row]), 6));
    }

    [TestMethod]
    public void A_product_and_a_sum_are_a_linear_layer()
    {
        var file = new GraphFile(13, "N", 1, 4, 4);
        var row = file.Node("Add", [file.Node("MatMul", [file.Node("Flatten", [GraphFile.Input]), file.Draw("w", 16, 6)]), file.Draw("b", 6)]);
        file.Return(file.Node("Add", [file.Draw("b2", 5), file.Node("MatMul", [file.Node("Relu", [row]), file.Draw("w2", 6, 5)])]));
        var (architecture, kinds) = HandFile.Check(file);
        CollectionAssert.AreEqual((string[])["flatten", "linear", "relu", "linear"], kinds);
        Assert.AreEqual(5, architecture.DefaultClasses);
    }

    [TestMethod]
    public void Weights_of_half_the_width_and_of_twice_are_read()
    {
        var file = new GraphFile(13, "N", 1, 4, 4);
        var row = file.Node("Flatten", [GraphFile.Input]);
        file.Classify(file.Node("Relu", [file.Node("Gemm", [row, file.Draw("w", 16, 6)])]), 6);
        using var folder = new TemporaryFolder();
        var expected = ImportedScores.OfRuntime(file.Save(folder), ImportedScores.Draw([1, 1, 4, 4]), [1, 1, 4, 4]);
        foreach (var (type, error) in (List<(DataType, double)>)[(DataType.Double, 1e-6), (DataType.Float16, 2e-3), (DataType.Bfloat16, 2e-2)])
        {
            foreach (var isRaw in (bool[])[true, false])
            {
                var copy = file.Copy();
                foreach (var tensor in copy.Graph.Initializer)
                    Retype(tensor, type, isRaw);
                var found = ImportedScores.Of(OnnxNetwork.Load(copy.Save(folder)), ImportedScores.Draw([1, 1, 4, 4]), [1, 1, 4, 4]);
                Assert.IsLessThanOrEqualTo(error, ImportedScores.Difference(expected, found), $"{type}, {(isRaw ? "raw" : "listed")}");
            }
        }
    }

    private static void Retype(Format.TensorProto tensor, DataType type, bool isRaw)
    {
        var numbers = System.Runtime.InteropServices.MemoryMarshal.Cast<byte, float>(tensor.RawData.ToByteArray()).ToArray();
        tensor.ClearRawData();
        tensor.DataType = (int)type;
        var bits = numbers.Select(number => type == DataType.Float16 ? BitConverter.HalfToUInt16Bits((Half)number)
            : (ushort)(BitConverter.SingleToUInt32Bits(number) >> 16)).ToArray();
        if (type == DataType.Double && !isRaw)
            tensor.DoubleData.AddRange(numbers.Select(number => (double)number));
        else if (type == DataType.Double)
            tensor.RawData = Google.Protobuf.ByteString.CopyFrom(numbers.SelectMany(number => BitConverter.GetBytes((double)number)).ToArray());
        else if (isRaw)
            tensor.RawData = Google.Protobuf.ByteString.CopyFrom(bits.SelectMany(BitConverter.GetBytes).ToArray());
        else
            tensor.Int32Data.AddRange(bits.Select(half => (int)half));
    }
}
