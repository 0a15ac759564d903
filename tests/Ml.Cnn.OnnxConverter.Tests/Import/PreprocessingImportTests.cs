using Microsoft.ML.OnnxRuntime;
using Microsoft.ML.OnnxRuntime.Tensors;
using static Ml.Cnn.OnnxConverter.Format.TensorProto.Types;

namespace Ml.Cnn.OnnxConverter.Tests.Import;

/// <summary>Protects what stands before and behind a network in a file: images as bytes, channels last, blue first, normalization, softmax.</summary>
[TestClass]
public sealed class PreprocessingImportTests
{
    private static readonly float[] s_mean = [0.4f, 0.5f, 0.3f];
    private static readonly float[] s_deviation = [0.2f, 0.25f, 0.3f];

    [TestMethod]
    public void Bytes_with_the_channels_last_and_normalization_become_the_preprocessing()
    {
        var file = new GraphFile(13, DataType.Uint8, "N", 8, 8, 3);
        var pixels = file.Node("Div", [file.Node("Cast", [GraphFile.Input], ("to", 1)), file.Floats("255", [255])]);
        pixels = file.Node("Div", [file.Node("Sub", [pixels, file.Floats("mean", s_mean, 3)]), file.Floats("deviation", s_deviation, 3)]);
        var maps = file.Node("Transpose", [pixels], ("perm", (long[])[0, 3, 1, 2]));
        Check(Finish(file, maps), isBytes: true, isLast: true, isBlue: false);
    }

    [TestMethod]
    public void The_order_of_dimensions_may_come_first()
    {
        var file = new GraphFile(13, DataType.Uint8, "N", 8, 8, 3);
        var maps = file.Node("Cast", [file.Node("Transpose", [GraphFile.Input], ("perm", (long[])[0, 3, 1, 2]))], ("to", 1));
        maps = file.Node("Mul", [maps, file.Floats("scale", [.. s_deviation.Select(deviation => 1 / deviation / 255)], 1, 3, 1, 1)]);
        maps = file.Node("Add", [maps, file.Floats("shift", [.. s_mean.Zip(s_deviation, (mean, deviation) => -mean / deviation)], 1, 3, 1, 1)]);
        Check(Finish(file, maps), isBytes: true, isLast: true, isBlue: false);
    }

    [TestMethod]
    public void Normalization_of_numbers_from_0_to_1_becomes_the_preprocessing()
    {
        var file = new GraphFile(13, "N", 3, 8, 8);
        var maps = file.Node("Div", [file.Node("Sub", [GraphFile.Input, file.Floats("mean", s_mean, 1, 3, 1, 1)]), file.Floats("d", s_deviation, 3, 1, 1)]);
        Check(Finish(file, maps), isBytes: false, isLast: false, isBlue: false);
    }

    [TestMethod]
    public void Normalization_by_a_layer_of_statistics_is_trained_on()
    {
        // Some networks begin with a normalization that learns: it stays a layer.
        var file = new GraphFile(13, "N", 3, 8, 8);
        var maps = file.Node("BatchNormalization",
            [GraphFile.Input, file.DrawFrom("w", 0.5f, 1, 3), file.Draw("b", 3), file.Draw("m", 3), file.DrawFrom("v", 1, 2, 3)]);
        Assert.AreEqual("batch_norm2d", HandFile.Check(Finish(file, maps)).Kinds[0]);
    }

    [TestMethod]
    public void Blue_first_turns_the_first_convolution_around()
    {
        var file = new GraphFile(13, "N", 3, 8, 8);
        var maps = file.Node("Gather", [GraphFile.Input, file.Integers("order", 2, 1, 0)], ("axis", 1));
        maps = file.Node("Div", [file.Node("Sub", [maps, file.Floats("mean", [.. s_mean.Reverse()], 3, 1, 1)]), file.Floats("d",
            [.. s_deviation.Reverse()], 3, 1, 1)]);
        Check(Finish(file, maps), isBytes: false, isLast: false, isBlue: false);

        file = new GraphFile(13, "N", 3, 8, 8);
        maps = file.Node("Sub", [GraphFile.Input, file.Floats("mean", [.. s_mean.Reverse()], 3, 1, 1)]);
        maps = file.Node("Div", [maps, file.Floats("d", [.. s_deviation.Reverse()], 3, 1, 1)]);
        Check(Finish(file, maps), isBytes: false, isLast: false, isBlue: true);
    }

    [TestMethod]
    public void A_network_that_keeps_channels_last_throughout_is_read()
    {
        // As converted from TensorFlow: every convolution between two changes of the order.
        var file = new GraphFile(13, "N", 8, 8, 3);
        var maps = file.Node("Transpose", [GraphFile.Input], ("perm", (long[])[0, 3, 1, 2]));
        maps = file.Node("Transpose", [file.Convolve(maps, 3, 4, 3)], ("perm", (long[])[0, 2, 3, 1]));
        maps = file.Node("Relu", [file.Node("Add", [maps, file.Draw("offset", 4)])]);
        maps = file.Node("Transpose", [maps], ("perm", (long[])[0, 3, 1, 2]));
        maps = file.Node("Transpose", [file.Node("MaxPool", [maps], ("kernel_shape", (long[])[2, 2]), ("strides", (long[])[2, 2]))],
            ("perm", (long[])[0, 2, 3, 1]));
        var row = file.Node("ReduceMean", [maps], ("axes", (long[])[1, 2]), ("keepdims", 0));
        file.Return(file.Node("Softmax", [file.Node("Add", [file.Node("MatMul", [row, file.DrawFrom("w", -2, 2, 4, 5)]), file.Draw("b", 5)])]));
        using var folder = new TemporaryFolder();
        var path = file.Save(folder);
        var architecture = OnnxNetwork.Load(path);
        var images = ImportedScores.Draw([7, 8, 8, 3]);
        var expected = ImportedScores.OfRuntime(path, images, [7, 8, 8, 3]);
        var found = ImportedScores.Of(architecture, ChannelsFirst(images, 8), [7, 3, 8, 8]);
        Assert.IsLessThanOrEqualTo(1e-4, ImportedScores.Difference(expected, ImportedScores.Softmax(found, 5)));
    }

    [TestMethod]
    [DataRow(7, 1)]
    [DataRow(11, 1)]
    [DataRow(13, -1)]
    [DataRow(13, 1)]
    public void A_softmax_at_the_end_is_left_to_the_library(int opset, int axis)
    {
        var file = new GraphFile(opset, "N", 3, 8, 8);
        file.Classify(file.Node("GlobalAveragePool", [file.Convolve(GraphFile.Input, 3, 4, 3)]), 4);
        var logits = file.Graph.Output[0].Name;
        file.Graph.Output.Clear();
        file.Return(file.Node("Softmax", [logits], ("axis", axis)));
        HandFile.Check(file, hasSoftmax: true);
    }

    [TestMethod]
    [DataRow(true)]
    [DataRow(false)]
    public void A_convolution_may_be_the_classifier(bool hasOffset)
    {
        var file = new GraphFile(13, "N", 3, 8, 8);
        var maps = file.Convolve(file.Node("Relu", [file.Convolve(GraphFile.Input, 3, 4, 3)]), 4, 5, 1);
        if (!hasOffset) // exporters leave offsets out that are all 0
            file.Last.Input.RemoveAt(2);
        file.Return(file.Node("Softmax", [file.Node("Flatten", [file.Node("GlobalAveragePool", [maps])])]));
        var architecture = HandFile.Check(file, hasSoftmax: true).Architecture;
        Assert.AreEqual(5, architecture.DefaultClasses);
        Assert.IsFalse(architecture.Weights!.IsBackbone);
    }

    [TestMethod]
    public void A_network_without_a_classifier_gets_one()
    {
        var file = new GraphFile(13, "N", 3, 8, 8);
        file.Return(file.Node("Flatten", [file.Node("GlobalAveragePool", [file.Node("Relu", [file.Convolve(GraphFile.Input, 3, 4, 3)])])]));
        using var folder = new TemporaryFolder();
        var architecture = OnnxNetwork.Load(file.Save(folder));
        Assert.IsTrue(architecture.Weights!.IsBackbone);
        using var network = ImportedScores.Network(architecture, 8, 8, classes: 3);
        Assert.AreEqual(3, HandFile.Outputs(network, channels: 3, size: 8));
    }

    [TestMethod]
    public void One_of_several_outputs_is_chosen_by_name()
    {
        var file = new GraphFile(13, "N", 3, 8, 8);
        var maps = file.Node("Relu", [file.Convolve(GraphFile.Input, 3, 4, 3)]);
        file.Classify(file.Node("GlobalAveragePool", [maps]), 4).Return(maps);
        Assert.Contains("gives 2 outputs", HandFile.Refusal(file));
        Assert.Contains("no output 'other'", HandFile.Refusal(file, new() { Output = "other" }));
        using var folder = new TemporaryFolder();
        Assert.AreEqual(5, OnnxNetwork.Load(file.Save(folder), new() { Output = file.Graph.Output[0].Name }).DefaultClasses);
    }

    private static GraphFile Finish(GraphFile file, string maps) =>
        file.Classify(file.Node("GlobalAveragePool", [file.Node("Relu", [file.Convolve(maps, 3, 4, 3)])]), 4);

    // Pixels from 0 to 255 to ONNX Runtime as the file wants them, and normalized as the import says to the network: both must be the same.
    private static void Check(GraphFile file, bool isBytes, bool isLast, bool isBlue)
    {
        using var folder = new TemporaryFolder();
        var path = file.Save(folder);
        var architecture = OnnxNetwork.Load(path, new() { BlueFirst = isBlue });
        CollectionAssert.AreEqual(s_mean, architecture.Normalization.Mean.Select(mean => MathF.Round(mean, 5)).ToArray());
        CollectionAssert.AreEqual(s_deviation, architecture.Normalization.Deviation.Select(deviation => MathF.Round(deviation, 5)).ToArray());
        Assert.AreEqual(architecture.Normalization, architecture.Weights!.Preprocessing.Normalization);
        Assert.AreEqual((3, 8), (architecture.Channels, architecture.ImageSize));
        Assert.AreEqual("conv2d", HandFile.Kinds(architecture)[0]);
        const int Images = 7;
        const int Plane = 64;
        var random = new Random(3);
        var bytes = new byte[Images * 3 * Plane]; // image, channel, pixel
        random.NextBytes(bytes);
        var normalized = bytes.Select((value, i) => (value / 255f - s_mean[i / Plane % 3]) / s_deviation[i / Plane % 3]).ToArray();
        var given = new byte[bytes.Length];
        for (var i = 0; i < bytes.Length; i++)
        {
            var (image, channel, pixel) = (i / Plane / 3, i / Plane % 3, i % Plane);
            given[isLast ? (image * Plane + pixel) * 3 + channel : (image * 3 + (isBlue ? 2 - channel : channel)) * Plane + pixel] = bytes[i];
        }
        int[] shape = isLast ? [Images, 8, 8, 3] : [Images, 3, 8, 8];
        using var session = new InferenceSession(path);
        using var outputs = session.Run([isBytes ? NamedOnnxValue.CreateFromTensor(GraphFile.Input, new DenseTensor<byte>(given, shape))
            : NamedOnnxValue.CreateFromTensor(GraphFile.Input, new DenseTensor<float>(given.Select(value => value / 255f).ToArray(), shape))]);
        var found = ImportedScores.Of(architecture, normalized, [Images, 3, 8, 8]);
        Assert.IsLessThanOrEqualTo(1e-4, ImportedScores.Difference([.. outputs[0].AsEnumerable<float>()], found));
    }

    private static float[] ChannelsFirst(float[] images, int size)
    {
        var plane = size * size;
        return [.. Enumerable.Range(0, images.Length).Select(i => images[(i / plane / 3 * plane + i % plane) * 3 + i / plane % 3])];
    }
}
