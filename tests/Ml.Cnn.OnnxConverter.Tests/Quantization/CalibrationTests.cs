using System.Runtime.InteropServices;
using Google.Protobuf;
using Ml.Cnn.OnnxConverter.Export;
using Ml.Cnn.OnnxConverter.Format;
using Ml.Cnn.OnnxConverter.Quantization;
using Ml.Cnn.Trainers.Onnx;

namespace Ml.Cnn.OnnxConverter.Tests.Quantization;

/// <summary>Protects what calibration sees and what it makes of a graph, on graphs of a few nodes whose values are known.</summary>
[TestClass]
public sealed class CalibrationTests
{
    // x → Conv (twice x) → Relu → Conv → y, of one channel and two pixels.
    private static readonly float[] s_pixels = [-2, 4, 1, 3]; // two images

    [TestMethod]
    public void Ranges_are_those_of_the_values()
    {
        var model = Chain();
        var plan = Plan(model);
        var (values, images) = Observe(model, plan);
        Assert.AreEqual(2, images);
        CollectionAssert.AreEquivalent(new[] { "x", "clamped", "b" }, values.Keys.ToArray());
        Assert.AreEqual((-2f, 4f), (values["x"].Low, values["x"].High));
        Assert.AreEqual((0f, 8f), (values["clamped"].Low, values["clamped"].High));
        Assert.AreEqual(4, values["clamped"].Count);
        Assert.AreEqual((-8f, 0f), (values["b"].Low, values["b"].High));
    }

    [TestMethod]
    public void An_activation_is_part_of_the_layer_before_it()
    {
        var quantized = Quantize(Chain());
        Assert.DoesNotContain("Relu", quantized.Graph.Node.Select(node => node.OpType));
        foreach (var value in new[] { "x", "clamped", "b" })
        {
            Assert.AreEqual(1, quantized.Graph.Node.Count(node => node.Name == $"{value}.quantized" && node.OpType == "QuantizeLinear"), value);
            Assert.AreEqual(1, quantized.Graph.Node.Count(node => node.Name == $"{value}.dequantized" && node.OpType == "DequantizeLinear"), value);
        }
        using var session = new ModelSession(quantized);
        // Steps of x: 6 / 255; of 2x: 8 / 255; of −2x: 8 / 255.
        foreach (var (expected, actual) in new[] { 0f, -8, -2, -6 }.Zip(session.Run(s_pixels, 2)))
            Assert.AreEqual(expected, actual, 0.06f);
    }

    [TestMethod]
    public void A_value_that_is_no_number_is_an_error_that_names_it()
    {
        var model = Chain();
        var error = Assert.Throws<OnnxExportException>(() => Calibration.Observe(model, Plan(model), _ => [new([float.NaN, 1], [null])]));
        Assert.Contains("The network's value x is NaN", error.Message);
    }

    [TestMethod]
    public void Images_are_drawn_from_all_classes_alike()
    {
        var labels = Enumerable.Range(0, 90).Select(i => i % 10 == 0 ? (int?)null : i % 3).ToArray();
        var drawn = CalibrationSplit.Draw(labels, 40, seed: 5);
        Assert.HasCount(40, drawn);
        // Nine rows have no label: these and the three classes take turns.
        CollectionAssert.AreEquivalent(new[] { 9, 10, 10, 11 }, drawn.GroupBy(row => labels[row] ?? -1).Select(group => group.Count()).ToArray());
        Assert.IsFalse(drawn.SetEquals(CalibrationSplit.Draw(labels, 40, seed: 6)), "another seed draws others");
        Assert.IsTrue(drawn.SetEquals(CalibrationSplit.Draw(labels, 40, seed: 5)));
    }

    private static QuantizationPlan Plan(ModelProto model) => new(new(model.Graph), _ => false);

    private static (IReadOnlyDictionary<string, ValueHistogram> Values, int Images) Observe(ModelProto model, QuantizationPlan plan) =>
        Calibration.Observe(model, plan, _ => [new(s_pixels[..2], [null]), new(s_pixels[2..], [0])]);

    private static ModelProto Quantize(ModelProto model)
    {
        var plan = Plan(model);
        var ranges = Observe(model, plan).Values.ToDictionary(value => value.Key, value => RangeSearch.Find(value.Value, OnnxActivationRange.MinMax));
        return QuantizedGraph.Write(model, new(model.Graph), plan, ranges, weightBits: 8);
    }

    private static ModelProto Chain() => new()
    {
        IrVersion = OnnxVersions.IrOf(18),
        OpsetImport = { new OperatorSetIdProto { Version = 18 } },
        Graph = new()
        {
            Name = "chain",
            Input = { OnnxModelBuilder.Value("x", OnnxTypes.Float32, ["N", 1, 1, 2]) },
            Output = { OnnxModelBuilder.Value("y", OnnxTypes.Float32, ["N", 1, 1, 2]) },
            Initializer = { Weight("twice", 2), Weight("minus", -1) },
            Node =
            {
                new NodeProto { OpType = "Conv", Name = "one", Input = { "x", "twice" }, Output = { "a" } },
                new NodeProto { OpType = "Relu", Name = "relu", Input = { "a" }, Output = { "clamped" } },
                new NodeProto { OpType = "Conv", Name = "two", Input = { "clamped", "minus" }, Output = { "b" } },
                new NodeProto { OpType = "Identity", Name = "y", Input = { "b" }, Output = { "y" } },
            },
        },
    };

    private static TensorProto Weight(string name, float value) => new()
    {
        Name = name,
        DataType = (int)TensorProto.Types.DataType.Float,
        Dims = { 1, 1, 1, 1 },
        RawData = ByteString.CopyFrom(MemoryMarshal.AsBytes<float>([value])),
    };
}
