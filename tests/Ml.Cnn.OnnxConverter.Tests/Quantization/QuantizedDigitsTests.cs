using Microsoft.ML;
using Microsoft.ML.OnnxRuntime;
using Microsoft.ML.OnnxRuntime.Tensors;
using Ml.Cnn.OnnxConverter.Format;
using Ml.Cnn.Trainers;

namespace Ml.Cnn.OnnxConverter.Tests.Quantization;

/// <summary>Protects the whole way from a trained network to a file of integers: what is promised of accuracy, and what is refused.</summary>
[TestClass]
public sealed class QuantizedDigitsTests
{
    private static readonly MLContext s_mlContext = new(seed: 1);
    private static CnnTransformer s_model = null!;

    [ClassInitialize]
    public static void Train(TestContext _)
    {
        var digits = s_mlContext.Data.GenerateDigits(1500, seed: 1);
        var options = new CnnOptions
        {
            FeatureColumnName = "Image",
            Epochs = 8,
            Seed = 1,
        };
        var chain = s_mlContext.Transforms.Conversion.MapValueToKey("Label").Append(s_mlContext.MulticlassClassification.Trainers.Cnn("lenet5", options))
            .Fit(digits);
        s_model = CnnTransformer.Find(chain)!;
    }

    [ClassCleanup]
    public static void Forget() => s_model.Dispose();

    [TestMethod]
    public void A_trained_network_keeps_its_accuracy_in_a_quarter_of_the_size()
    {
        using var folder = new TemporaryFolder();
        var report = Save(folder, count: 600);
        Console.WriteLine(report);
        Assert.IsLessThanOrEqualTo(0.5, report.Loss!.Value);
        Assert.IsGreaterThan(0.9, report.Accuracy!.Value, "or there was nothing to lose");
        Assert.IsLessThan(0.31, (double)report.Bytes / report.Float32Bytes);
        Assert.AreEqual(new FileInfo(report.Path).Length, report.Bytes);
        // Half of the images at most choose ranges, and the others are those that accuracy is measured on.
        Assert.AreEqual((300, 300), (report.CalibrationImages, report.EvaluationImages));
        Assert.IsNotNull(report.ImagesPerSecond);
        Assert.IsEmpty(report.Float32Nodes);
    }

    [TestMethod]
    public void The_file_gives_in_onnx_runtime_what_the_report_says()
    {
        using var folder = new TemporaryFolder();
        var images = s_mlContext.Data.GenerateDigits(100, seed: 9);
        var report = s_model.SaveAsQuantizedOnnx(Path.Join(folder.Path, "int8.onnx"), s_mlContext.Data.GenerateDigits(200, seed: 8), images,
            new() { Export = new() { Input = OnnxInput.Pixels }, SpeedTime = TimeSpan.Zero });
        Assert.AreEqual((200, 100), (report.CalibrationImages, report.EvaluationImages));
        Assert.IsNull(report.ImagesPerSecond);
        using var session = new InferenceSession(report.Path);
        var right = 0;
        foreach (var digit in s_mlContext.Data.CreateEnumerable<Digit>(images, reuseRowObject: false))
        {
            // The network takes 32 × 32 pixels or what its preprocessing says: these are of that size already.
            var pixels = new DenseTensor<byte>(digit.Image, [1, s_model.Shape.Height, s_model.Shape.Width, 1]);
            using var outputs = session.Run([NamedOnnxValue.CreateFromTensor("pixels", pixels)]);
            var scores = outputs.Single().AsEnumerable<float>().ToArray();
            right += s_model.ClassNames[Array.IndexOf(scores, scores.Max())] == digit.Label ? 1 : 0;
        }
        Assert.AreEqual(report.Accuracy!.Value, right / 100.0, 1e-9);
        Assert.IsTrue(session.ModelMetadata.CustomMetadataMap.ContainsKey("class_names"));
    }

    [TestMethod]
    public void A_loss_beyond_what_is_allowed_is_an_error_that_says_it_and_leaves_no_file()
    {
        using var folder = new TemporaryFolder();
        var path = Path.Join(folder.Path, "int8.onnx");
        File.WriteAllText(path, "what was there before");
        // Images without a digit on them: their ranges hold nothing of what digits need.
        var blank = s_mlContext.Data.LoadFromEnumerable(Enumerable.Range(0, 20).Select(_ => new Blank()));
        var error = Assert.Throws<OnnxExportException>(() => s_model.SaveAsQuantizedOnnx(path, blank, s_mlContext.Data.GenerateDigits(100, seed: 9)));
        Console.WriteLine(error.Message);
        StringAssert.Matches(error.Message, new(@"lenet5 loses [\d.]+ points of accuracy, .* where 0\.5 may be lost \(MaximumLoss\)"));
        Assert.AreEqual("what was there before", File.ReadAllText(path));
        var another = Assert.Throws<OnnxExportException>(() => s_model.SaveAsQuantizedOnnx(path, blank, s_mlContext.Data.GenerateDigits(100, seed: 9),
            new() { MaximumLoss = null }));
        StringAssert.Matches(another.Message, new(@"gives another class to [\d.]+ % of 100 images, where 5 % may be \(MaximumDisagreement\)"));
    }

    [TestMethod]
    public void Without_labels_there_is_no_loss_to_speak_of()
    {
        using var folder = new TemporaryFolder();
        var digits = s_mlContext.Transforms.DropColumns("Label").Fit(s_mlContext.Data.GenerateDigits(60, seed: 3)).Transform(s_mlContext.Data
            .GenerateDigits(60, seed: 3));
        var error = Assert.Throws<InvalidOperationException>(() => s_model.SaveAsQuantizedOnnx(Path.Join(folder.Path, "a.onnx"), digits));
        Assert.Contains("no image has a label in 'Label'", error.Message);
        var report = s_model.SaveAsQuantizedOnnx(Path.Join(folder.Path, "a.onnx"), digits, options: new() { MaximumLoss = null, SpeedTime = TimeSpan.Zero });
        Assert.IsNull(report.Accuracy);
        Assert.IsNull(report.Loss);
        Assert.IsLessThanOrEqualTo(0.05, report.Disagreement);
    }

    [TestMethod]
    public void Layers_stay_in_float32_by_name_or_place()
    {
        using var folder = new TemporaryFolder();
        var report = Save(folder, count: 60, options => (options.KeepsFirstLayer, options.KeepsLastLayer) = (true, true));
        var layers = report.IntegerNodes.Where(node => node.EndsWith("(Conv)", StringComparison.Ordinal) || node.EndsWith("(Gemm)", StringComparison.Ordinal))
            .ToArray();
        Console.WriteLine(string.Join(", ", report.IntegerNodes) + " | " + string.Join(", ", report.Float32Nodes));
        Assert.HasCount(3, layers); // of five
        Assert.AreEqual(1, report.Float32Nodes.Count(node => node.EndsWith("(Conv)", StringComparison.Ordinal)));
        Assert.AreEqual(1, report.Float32Nodes.Count(node => node.EndsWith("(Gemm)", StringComparison.Ordinal)));
        var name = layers[0][..layers[0].IndexOf(' ')];
        var without = Save(folder, count: 60, options => options.Float32Layers = [name]);
        Assert.Contains(layers[0], without.Float32Nodes);
        var error = Assert.Throws<ArgumentOutOfRangeException>(() => Save(folder, count: 60, options => options.Float32Layers = ["conv99"]));
        Assert.Contains($"There is no layer 'conv99' to keep in float32. Those with weights are: ", error.Message);
    }

    [TestMethod]
    public void The_operators_around_integers_are_those_that_the_file_format_knows()
    {
        using var folder = new TemporaryFolder();
        var model = ModelProto.Parser.ParseFrom(File.ReadAllBytes(Save(folder, count: 60).Path));
        Assert.IsTrue(model.OpsetImport.All(import => import.Domain.Length == 0), "no runtime's own operators");
        var constants = model.Graph.Initializer.ToDictionary(constant => constant.Name);
        var biases = model.Graph.Node.Where(node => node.OpType is "Conv" or "Gemm").Select(node => node.Input[2]).ToArray();
        Assert.HasCount(5, biases);
        foreach (var bias in biases)
        {
            var dequantized = model.Graph.Node.Single(node => node.Output[0] == bias);
            Assert.AreEqual((int)TensorProto.Types.DataType.Int32, constants[dequantized.Input[0]].DataType);
        }
        Assert.DoesNotContain("Relu", model.Graph.Node.Select(node => node.OpType));
    }

    private static OnnxQuantizationReport Save(TemporaryFolder folder, int count, Action<OnnxQuantizationOptions>? change = null)
    {
        var options = new OnnxQuantizationOptions { SpeedTime = TimeSpan.FromMilliseconds(50) };
        change?.Invoke(options);
        return s_model.SaveAsQuantizedOnnx(Path.Join(folder.Path, "int8.onnx"), s_mlContext.Data.GenerateDigits(count, seed: 2), options: options);
    }

    private sealed class Digit
    {
        public byte[] Image { get; set; } = [];
        public string Label { get; set; } = "";
    }

    private sealed class Blank
    {
        [Microsoft.ML.Data.VectorType(28, 28, 1)]
        public byte[] Image { get; set; } = new byte[28 * 28];
        public string Label { get; set; } = "0";
    }
}
