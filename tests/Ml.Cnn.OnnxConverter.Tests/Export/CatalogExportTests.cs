using Ml.Cnn.Trainers.Architectures;

namespace Ml.Cnn.OnnxConverter.Tests.Export;

/// <summary>
/// Protects the promise that every network of the catalog can be written: each file is run in ONNX Runtime by the export itself, image by image and in a
/// batch, and an export that differs throws.
/// </summary>
[TestClass]
public sealed class CatalogExportTests
{
    private const long LargestInSuite = 12_000_000; // weights; tests/onnx takes all networks, which takes minutes

    private static readonly bool s_takesAll = Environment.GetEnvironmentVariable("MLCNN_ONNX_ALL") == "1";

    public static IEnumerable<string[]> Networks() => ArchitectureCatalog.All
        .Where(architecture => s_takesAll || Weights(architecture) < LargestInSuite).Select(architecture => new[] { architecture.Name });

    [TestMethod]
    [DynamicData(nameof(Networks))]
    public void A_network_scores_the_same_in_onnx_runtime(string name)
    {
        using var folder = new TemporaryFolder();
        using var model = DrawnModel.Of(name);
        foreach (var form in Enum.GetValues<OnnxForm>())
        {
            var report = model.SaveAsOnnx(Path.Join(folder.Path, $"{form}.onnx"), new() { Form = form, Output = OnnxOutput.Logits });
            Console.WriteLine($"{name}, {form}: {report.Nodes} nodes, {report.Bytes:N0} bytes, differs by {report.LargestDifference:0.0e0}");
            Assert.IsLessThanOrEqualTo(1e-4, report.LargestDifference);
        }
    }

    private static long Weights(Architecture architecture)
    {
        var size = Math.Max(64, architecture.MinimumImageSize);
        using var network = architecture.BuildWithoutWeights(new(architecture.Channels, size, size, 10));
        return network.parameters().Sum(parameter => parameter.numel());
    }
}
