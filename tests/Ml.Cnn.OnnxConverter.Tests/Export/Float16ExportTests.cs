using static TorchSharp.torch;


namespace Ml.Cnn.OnnxConverter.Tests.Export;

/// <summary>
/// Protects files of halves: ONNX Runtime takes them and gives nearly the network's logits (the export itself compares, and throws), weights take half of the
/// room, and what sums up many numbers is computed in float32.
/// </summary>
[TestClass]
public sealed class Float16ExportTests
{
    public static IEnumerable<string[]> Networks() => (Environment.GetEnvironmentVariable("MLCNN_FLOAT16") is { } asked ? asked.Split(',') :
    [
        "lenet5_1998", "resnet18", "squeezenet1_1", "densenet40_cifar", "mobilenet_v2", "shufflenet_v2_x0_5", "mobilenet_v3_small", "efficientnet_b0",
        "convnext_tiny",
    ]).Select(name => new[] { name });

    [TestMethod]
    [DynamicData(nameof(Networks))]
    public void A_network_of_halves_gives_nearly_the_same(string name)
    {
        using var folder = new TemporaryFolder();
        using var model = DrawnModel.Of(name);
        var whole = model.SaveAsOnnx(Path.Join(folder.Path, "float32.onnx"), new() { Output = OnnxOutput.Logits });
        var path = Path.Join(folder.Path, "float16.onnx");
        var half = model.SaveAsOnnx(path, new() { Precision = OnnxPrecision.Float16, Output = OnnxOutput.Logits });
        Console.WriteLine($"{name}: differs by {half.LargestDifference:0.0e0}, {half.Bytes / (double)whole.Bytes:0.000} of the size");
        Assert.IsLessThan(0.55, half.Bytes / (double)whole.Bytes);
    }

    [TestMethod]
    public void What_halves_do_not_hold_is_an_error_that_says_so()
    {
        using var folder = new TemporaryFolder();
        using var model = DrawnModel.Of("lenet5");
        using (no_grad())
        {
            foreach (var weight in model.Scorer.Network.parameters())
                weight.mul_(1000);
        }
        var options = new OnnxExportOptions { Precision = OnnxPrecision.Float16, Output = OnnxOutput.Logits };
        var path = Path.Join(folder.Path, "float16.onnx");
        var error = Assert.Throws<OnnxExportException>(() => model.SaveAsOnnx(path, options));
        Assert.Contains("lenet5 has values beyond 65,504, the largest that float16 holds", error.Message);
        Assert.IsFalse(File.Exists(path));
        options.Precision = OnnxPrecision.Float32;
        model.SaveAsOnnx(path, options);
    }
}
