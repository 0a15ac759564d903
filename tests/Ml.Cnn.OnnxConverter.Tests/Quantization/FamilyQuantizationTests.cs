using System.Diagnostics;
using Microsoft.ML;
using Microsoft.ML.OnnxRuntime;
using Ml.Cnn.OnnxConverter.Format;
using Ml.Cnn.OnnxConverter.Quantization;

namespace Ml.Cnn.OnnxConverter.Tests.Quantization;

/// <summary>Protects the promise that networks of all families can be quantized, and that ONNX Runtime computes them with integers.</summary>
[TestClass]
public sealed class FamilyQuantizationTests
{
    private const string Python = "/usr/bin/python3";

    // Eight bits have an error of one part in some hundred in every layer, and drawn weights no training that made them indifferent to it.
    private const double AllowedError = 0.1;

    private static readonly string[] s_floatProducts = ["Conv", "FusedConv", "Gemm", "FusedGemm", "MatMul", "FusedMatMul"];

    // More of them by name, "resnet50,vgg16_bn".
    private static readonly string[] s_asked = Environment.GetEnvironmentVariable("MLCNN_QUANTIZE")?.Split(',') ?? [];

    public static IEnumerable<string[]> Networks() => new[]
    {
        "lenet5_1998", "resnet18", "mobilenet_v2", "mobilenet_v3_small", "efficientnet_b0", "squeezenet1_1", "shufflenet_v2_x0_5", "densenet40_cifar",
        "googlenet",
    }.Concat(s_asked).Select(name => new[] { name });

    [TestMethod]
    [DynamicData(nameof(Networks))]
    public void A_family_is_computed_with_integers_and_comes_near(string name)
    {
        using var folder = new TemporaryFolder();
        using var model = DrawnModel.Of(name);
        var images = new MLContext(seed: 1).Data.GenerateDigits(16, seed: 4, size: 64);
        var (file, exact) = (Path.Join(folder.Path, "int8.onnx"), Path.Join(folder.Path, "float32.onnx"));
        var export = new OnnxExportOptions { Output = OnnxOutput.Logits };
        model.SaveAsOnnx(exact, export);
        var report = model.SaveAsQuantizedOnnx(file, images, options: new()
        {
            Export = export,
            LabelColumnName = "None",
            MaximumLoss = null,
            MaximumDisagreement = null,
            SpeedTime = TimeSpan.Zero,
        });
        var pixels = new LabeledPixels(model, images, "None");
        var labels = pixels.Labels();
        var batch = pixels.Read(Enumerable.Range(0, labels.Count).ToHashSet(), labels, () => labels.Count).Single();
        using var before = new ModelSession(ModelProto.Parser.ParseFrom(File.ReadAllBytes(exact)));
        using var after = new ModelSession(ModelProto.Parser.ParseFrom(File.ReadAllBytes(file)));
        var (expected, actual) = (before.Run(batch.Pixels, batch.Count), after.Run(batch.Pixels, batch.Count));
        var error = Math.Sqrt(expected.Zip(actual, (one, other) => Math.Pow(one - other, 2)).Sum() / expected.Sum(logit => Math.Pow(logit, 2)));
        var kernels = Kernels(file, folder);
        Console.WriteLine($"{name}: error {error:0.000}, size {(double)report.Bytes / report.Float32Bytes:0.000}, "
            + $"{report.IntegerNodes.Count} nodes with integers");
        Console.WriteLine($"float32: {string.Join(", ", report.Float32Nodes)}");
        Console.WriteLine($"kernels: {string.Join(", ", kernels.GroupBy(kernel => kernel).Select(group => $"{group.Count()} {group.Key}"))}");
        Assert.IsLessThanOrEqualTo(AllowedError, error);
        Assert.IsEmpty(kernels.Intersect(s_floatProducts), "a product that was written with integers is computed in float32");
        CheckWithPython(file);
    }

    // What ONNX Runtime makes of a file.
    private static string[] Kernels(string file, TemporaryFolder folder)
    {
        var optimized = Path.Join(folder.Path, "optimized.onnx");
        using var options = new SessionOptions { OptimizedModelFilePath = optimized, LogSeverityLevel = OrtLoggingLevel.ORT_LOGGING_LEVEL_ERROR };
        using (new InferenceSession(file, options)) { }
        return [.. ModelProto.Parser.ParseFrom(File.ReadAllBytes(optimized)).Graph.Node.Select(node => node.OpType)];
    }

    // An older onnx than the file's operators is asked whether they are those that it knows: between 17 and 18 none of these changed.
    private static void CheckWithPython(string file)
    {
        const string Script = """
            import sys
            try:
                import onnx
            except ImportError:
                sys.exit(77)
            model = onnx.load(sys.argv[1])
            model.opset_import[0].version = min(model.opset_import[0].version, onnx.defs.onnx_opset_version())
            onnx.checker.check_model(model, full_check=True)
            onnx.shape_inference.infer_shapes(model, strict_mode=True)
            """;
        if (!File.Exists(Python))
            return;
        using var process = Process.Start(new ProcessStartInfo(Python, ["-c", Script, file]) { RedirectStandardError = true })!;
        var error = process.StandardError.ReadToEnd();
        process.WaitForExit();
        Assert.IsTrue(process.ExitCode is 0 or 77, error);
        Console.WriteLine(process.ExitCode == 0 ? "onnx.checker: accepted" : "onnx.checker is not there");
    }
}
