using System.Runtime.InteropServices;
using Architecture = Ml.Cnn.Trainers.Architectures.Architecture;

namespace Ml.Cnn.OnnxConverter.Tests.Import;

/// <summary>
/// Protects the way from PyTorch: files of its exporters give PyTorch's own numbers, train on photos, and come back from model.zip. The suite has two networks
/// written; tests/onnx-import has many, of several versions and exporters, and names their folder.
/// </summary>
[TestClass]
public sealed class TorchvisionImportTests
{
    private const double Allowed = 1e-4;
    private const int Images = 3; // of export_onnx.py

    private static readonly string? s_folder = Environment.GetEnvironmentVariable("MLCNN_ONNX_FILES");

    public required TestContext TestContext { get; init; }

    public static IEnumerable<string[]> Files() => s_folder is null ? [["squeezenet1_1.onnx"], ["mobilenet_v3_small.onnx"]]
        : Directory.GetFiles(s_folder, "*.onnx", SearchOption.AllDirectories).Order(StringComparer.Ordinal)
            .Select(path => new[] { Path.GetRelativePath(s_folder, path) });

    [TestMethod]
    [DynamicData(nameof(Files))]
    public void A_file_of_PyTorch_scores_and_trains(string file)
    {
        using var folder = new TemporaryFolder();
        if (s_folder is null)
        {
            PythonTorch.Require();
            if (!Export.PythonOnnx.IsInstalled)
                Assert.Inconclusive("Skipped: PyTorch needs python3-onnx to write ONNX files, which is not there.");
            PythonTorch.Run("export_onnx.py", folder.Path, "torchscript", "13", Path.GetFileNameWithoutExtension(file));
        }
        var path = Path.Join(s_folder ?? folder.Path, file);
        var architecture = OnnxNetwork.Load(path);
        int[] shape = [Images, 3, architecture.ImageSize, architecture.ImageSize];
        var numbers = MemoryMarshal.Cast<byte, float>(File.ReadAllBytes(Path.ChangeExtension(path, ".bin"))).ToArray();
        var count = shape.Aggregate((a, b) => a * b);
        var (images, expected) = (numbers[..count], numbers[count..]);
        // torchvision's transform_input is a part of the file, and became the preprocessing.
        var found = ImportedScores.Of(architecture, Normalized(architecture, path, images), shape);
        var difference = ImportedScores.Difference(expected, found);
        var byRuntime = ImportedScores.Difference(ImportedScores.OfRuntimeOneByOne(path, images, shape), found);
        var probabilities = ChangesInput(path) ? 0 : FineTuning.CompareScores(path, architecture);
        var epoch = FineTuning.TrainSaveLoad(architecture, folder);
        TestContext.WriteLine(FormattableString.Invariant($"{file}: PyTorch {difference:0.0e0}, ONNX Runtime {byRuntime:0.0e0}, probabilities of the model ")
            + FormattableString.Invariant($"{probabilities:0.0e0}; stages {architecture.Stages.Count}, head {architecture.Head}, from ")
            + FormattableString.Invariant($"{architecture.MinimumImageSize} pixels; loss {epoch.Loss:0.00}"));
        Assert.IsLessThanOrEqualTo(Allowed, difference, "PyTorch");
        Assert.IsLessThanOrEqualTo(Allowed, byRuntime, "ONNX Runtime");
        Assert.IsLessThanOrEqualTo(Allowed, probabilities, "probabilities");
        Assert.IsFalse(architecture.Weights!.IsBackbone);
        Assert.IsGreaterThan(2, architecture.Stages.Count);
    }

    private static bool ChangesInput(string path) => Path.GetFileNameWithoutExtension(path) is "googlenet" or "inception_v3";

    // What the file's graph does first, done by the library before the network.
    private static float[] Normalized(Architecture architecture, string path, float[] images)
    {
        if (!ChangesInput(path))
            return images;
        var (mean, deviation) = (architecture.Normalization.Mean, architecture.Normalization.Deviation);
        var plane = architecture.ImageSize * architecture.ImageSize;
        return [.. images.Select((pixel, i) => (pixel - mean[i / plane % 3]) / deviation[i / plane % 3])];
    }
}
