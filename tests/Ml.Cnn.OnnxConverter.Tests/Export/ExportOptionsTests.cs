using System.Text.Json;
using Microsoft.ML.OnnxRuntime;
using Microsoft.ML.OnnxRuntime.Tensors;
using Ml.Cnn.OnnxConverter.Format;
using Ml.Cnn.Trainers;
using Ml.Cnn.Transforms;

namespace Ml.Cnn.OnnxConverter.Tests.Export;

/// <summary>Protects whoever runs a file elsewhere: it takes and gives what its options say, in the precision and the files that they say.</summary>
[TestClass]
public sealed class ExportOptionsTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    private string FilePath => Path.Join(_folder.Path, "network.onnx");

    [TestMethod]
    [DataRow(OnnxForm.Scoring, OnnxInput.Tensor, OnnxOutput.Logits, "input", "N×3×64×64", "logits")]
    [DataRow(OnnxForm.Scoring, OnnxInput.Pixels, OnnxOutput.Scores, "pixels", "N×64×64×3", "scores")]
    [DataRow(OnnxForm.Scoring, OnnxInput.Images, OnnxOutput.Scores, "images", "N×height×width×3", "scores")]
    [DataRow(OnnxForm.Training, OnnxInput.Tensor, OnnxOutput.Logits, "input", "N×3×64×64", "logits")]
    public void A_file_declares_what_it_takes_and_gives(OnnxForm form, OnnxInput input, OnnxOutput output, string name, string shape, string outputName)
    {
        using var model = DrawnModel.Of("squeezenet1_1");
        model.SaveAsOnnx(FilePath, new() { Form = form, Input = input, Output = output });
        var graph = Read().Graph;
        Assert.AreEqual(name, graph.Input.Single().Name);
        Assert.AreEqual(shape, Shape(graph.Input.Single()));
        Assert.AreEqual(outputName, graph.Output.Single().Name);
        Assert.AreEqual("N×10", Shape(graph.Output.Single()));
    }

    [TestMethod]
    public void The_form_for_training_keeps_every_weight_under_its_own_name()
    {
        using var model = DrawnModel.Of("resnet18");
        model.SaveAsOnnx(FilePath, new() { Form = OnnxForm.Training });
        var names = Read().Graph.Initializer.Select(constant => constant.Name).ToHashSet();
        foreach (var (name, _) in model.Scorer.Network.state_dict())
            Assert.IsTrue(names.Contains(name) || name.EndsWith("num_batches_tracked", StringComparison.Ordinal), name);
    }

    [TestMethod]
    public void The_form_for_scoring_has_no_normalization_left()
    {
        using var model = DrawnModel.Of("mobilenet_v2");
        model.SaveAsOnnx(FilePath, new() { Output = OnnxOutput.Scores });
        CollectionAssert.AreEquivalent(new[] { "Add", "Clip", "Conv", "Flatten", "Gemm", "GlobalAveragePool", "Identity", "Softmax" },
            Read().Graph.Node.Select(node => node.OpType).Distinct().ToArray());
    }

    /// <summary>Protects services that get photos of any size: the file's own resizing and cropping against the library's, byte for byte or nearly
    /// so.</summary>
    [TestMethod]
    [DataRow(null, Interpolation.Bilinear)]
    [DataRow(80, Interpolation.Bilinear)]
    [DataRow(73, Interpolation.Bicubic)]
    public void A_file_resizes_images_as_the_library_does(int? shortSide, Interpolation interpolation)
    {
        using var model = DrawnModel.Of("squeezenet1_1", change: usual => usual with { ResizeShortSide = shortSide, Interpolation = interpolation });
        var report = model.SaveAsOnnx(FilePath, new() { Input = OnnxInput.Images });
        Console.WriteLine($"differs by {report.LargestDifference:0.0e0}");
        Assert.IsLessThan(0.002, report.LargestDifference);
    }

    [TestMethod]
    public void Scores_have_the_models_temperature()
    {
        using var model = DrawnModel.Of("lenet5", size: 32);
        using var calibrated = model.WithCalibration(new CnnCalibration { Temperature = 0.25 });
        model.SaveAsOnnx(FilePath);
        var logits = Run(FilePath);
        calibrated.SaveAsOnnx(FilePath, new() { Output = OnnxOutput.Scores });
        var scores = Run(FilePath);
        var powers = logits.Select(logit => Math.Exp((logit - logits.Max()) / 0.25)).ToArray();
        for (var i = 0; i < scores.Length; i++)
            Assert.AreEqual(powers[i] / powers.Sum(), scores[i], 1e-5);
    }

    [TestMethod]
    public void Weights_beyond_a_size_lie_beside_the_file()
    {
        using var model = DrawnModel.Of("squeezenet1_1");
        var inside = model.SaveAsOnnx(FilePath);
        Assert.IsNull(inside.WeightsPath);
        var expected = Run(FilePath);
        var beside = model.SaveAsOnnx(FilePath, new() { ExternalDataFrom = 100_000 });
        Assert.AreEqual(FilePath + ".data", beside.WeightsPath);
        Assert.IsLessThan(200_000, new FileInfo(FilePath).Length);
        Assert.AreEqual(inside.Bytes, beside.Bytes, 20_000.0);
        CollectionAssert.AreEqual(expected, Run(FilePath));
        CollectionAssert.AreEquivalent(new[] { "network.onnx", "network.onnx.data" }, Names());
    }

    [TestMethod]
    public void A_file_says_what_it_is_made_of()
    {
        using var model = DrawnModel.Of("squeezenet1_1", classes: 3);
        model.SaveAsOnnx(FilePath);
        var texts = Read().MetadataProps.ToDictionary(entry => entry.Key, entry => entry.Value);
        CollectionAssert.AreEqual(new[] { "class0", "class1", "class2" }, JsonSerializer.Deserialize<string[]>(texts["class_names"]));
        Assert.AreEqual("squeezenet1_1", JsonDocument.Parse(texts["model.json"]).RootElement.GetProperty("architecture").GetProperty("name").GetString());
    }

    [TestMethod]
    [DataRow(18)]
    [DataRow(20)]
    [DataRow(22)]
    public void Every_version_of_the_operators_that_is_offered_can_be_run(int opset)
    {
        foreach (var name in (string[])["convnext_tiny", "mobilenet_v3_small", "squeezenet1_0"])
        {
            using var model = DrawnModel.Of(name, size: 32);
            Assert.AreEqual(opset, model.SaveAsOnnx(FilePath, new() { Opset = opset }).Opset);
            Assert.AreEqual(opset, Read().OpsetImport.Single().Version);
        }
    }

    [TestMethod]
    public void What_makes_no_sense_is_refused_by_name()
    {
        using var model = DrawnModel.Of("lenet5", size: 32);
        Assert.Contains("Opset", Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => model.SaveAsOnnx(FilePath, new() { Opset = 17 })).Message);
        Assert.Contains("float32", Assert.ThrowsExactly<ArgumentOutOfRangeException>(() =>
            model.SaveAsOnnx(FilePath, new() { Form = OnnxForm.Training, Precision = OnnxPrecision.Float16 })).Message);
        Assert.Contains("no folder", Assert.ThrowsExactly<IOException>(() => model.SaveAsOnnx(Path.Join(_folder.Path, "none", "n.onnx"))).Message);
        Assert.Contains("that is a folder", Assert.ThrowsExactly<IOException>(() => model.SaveAsOnnx(_folder.Path)).Message);
        using var several = model.WithTestTimeAugmentation(TestTimeAugmentation.Parse("flip"));
        Assert.Contains("several views", Assert.ThrowsExactly<OnnxExportException>(() => several.SaveAsOnnx(FilePath, new()
        {
            Input =
            OnnxInput.Pixels
        })).Message);
        Assert.IsEmpty(Names());
    }

    /// <summary>Protects users from a file that computes something else: it is not handed over, and the one before stays.</summary>
    [TestMethod]
    public void A_file_that_differs_is_not_handed_over()
    {
        using var model = DrawnModel.Of("squeezenet1_1", change: usual => usual with { ResizeShortSide = 66 });
        model.SaveAsOnnx(FilePath);
        var before = File.ReadAllBytes(FilePath);
        // Weights so large that float32's own rounding makes the difference.
        using (var _ = TorchSharp.torch.no_grad())
            model.Scorer.Network.parameters().First().fill_(float.NaN);
        Assert.Contains("is not kept", Assert.ThrowsExactly<OnnxExportException>(() => model.SaveAsOnnx(FilePath)).Message);
        CollectionAssert.AreEqual(before, File.ReadAllBytes(FilePath));
        CollectionAssert.AreEquivalent(new[] { "network.onnx" }, Names());
    }

    private string[] Names() => [.. Directory.EnumerateFileSystemEntries(_folder.Path).Select(path => Path.GetFileName(path)!)];

    private ModelProto Read() => ModelProto.Parser.ParseFrom(File.ReadAllBytes(FilePath));

    private static string Shape(ValueInfoProto value) => string.Join('×', value.Type.TensorType.Shape.Dim.Select(dimension =>
        dimension.HasDimParam ? dimension.DimParam : $"{dimension.DimValue}"));

    private static float[] Run(string path)
    {
        using var session = new InferenceSession(path);
        var shape = session.InputMetadata.Single().Value.Dimensions;
        var image = new DenseTensor<float>([1, .. shape.Skip(1)]);
        var random = new Random(5);
        for (var i = 0; i < image.Length; i++)
            image.SetValue(i, (float)random.NextDouble() - 0.5f);
        using var outputs = session.Run([NamedOnnxValue.CreateFromTensor(session.InputMetadata.Keys.Single(), image)]);
        return [.. outputs.Single().AsEnumerable<float>()];
    }
}
