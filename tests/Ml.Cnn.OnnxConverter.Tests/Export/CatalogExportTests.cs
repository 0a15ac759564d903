using Ml.Cnn.Trainers.Architectures;

namespace Ml.Cnn.OnnxConverter.Tests.Export;

/// <summary>
/// Protects the promise that every network of the catalog can be written: each file is run in ONNX Runtime by the export itself, image by image and in a
/// batch, and an export that differs throws. Where python3-onnx is installed, its checker must accept each file.
/// </summary>
[TestClass]
public sealed class CatalogExportTests
{
    private const long LargestInSuite = 12_000_000; // weights; tests/onnx takes all networks, which takes minutes

    private static readonly bool s_takesAll = Environment.GetEnvironmentVariable("MLCNN_ONNX_ALL") == "1";
    private static readonly string[] s_photos = Environment.GetEnvironmentVariable("MLCNN_ONNX_PHOTOS")?.Split(':') ?? [];

    // The smallest of each family, unless all are asked for.
    public static IEnumerable<string[]> Networks() => (s_takesAll ? ArchitectureCatalog.All
        : ArchitectureCatalog.All.GroupBy(architecture => architecture.Family).Select(family => family.MinBy(Weights)!)
            .Where(architecture => Weights(architecture) < LargestInSuite)).Select(architecture => new[] { architecture.Name });

    [TestMethod]
    [DynamicData(nameof(Networks))]
    public void A_network_scores_the_same_in_onnx_runtime(string name)
    {
        using var folder = new TemporaryFolder();
        using var model = DrawnModel.Of(name);
        var forms = Enum.GetValues<OnnxForm>();
        foreach (var form in forms)
        {
            var path = Path.Join(folder.Path, $"{form}.onnx");
            var report = model.SaveAsOnnx(path, new() { Form = form, CheckImages = s_photos });
            Console.WriteLine($"{name}, {form}: {report.Nodes} nodes, {report.Bytes:N0} bytes, {report.Images} images, "
                + $"differs by {report.LargestDifference:0.0e0}");
            Assert.IsLessThanOrEqualTo(1e-4, report.LargestDifference);
        }
        if (PythonOnnx.IsInstalled)
            PythonOnnx.Check([.. forms.Select(form => Path.Join(folder.Path, $"{form}.onnx"))]);
    }

    private static long Weights(Architecture architecture)
    {
        var size = Math.Max(64, architecture.MinimumImageSize);
        using var network = architecture.BuildWithoutWeights(new(architecture.Channels, size, size, 10));
        return network.parameters().Sum(parameter => parameter.numel());
    }
}
