
namespace Ml.Cnn.OnnxConverter.Tests.Import;

/// <summary>Protects fine-tuning of files that this library wrote, in both forms, and of files that others publish where they are there.</summary>
[TestClass]
public sealed class FineTuningTests
{
    private const double Allowed = 1e-4;

    private static readonly bool s_takesAll = Environment.GetEnvironmentVariable("MLCNN_ONNX_ALL") == "1";

    public required TestContext TestContext { get; init; }

    public static IEnumerable<string[]> Networks() => (s_takesAll
        ? (string[])["shufflenet_v2_x0_5", "resnet18", "mobilenet_v3_small", "densenet121", "efficientnet_b0", "convnext_tiny", "squeezenet1_1"]
        : ["shufflenet_v2_x0_5"]).Select(name => new[] { name });

    [TestMethod]
    [DynamicData(nameof(Networks))]
    public void A_file_of_this_library_is_trained_further(string name)
    {
        using var folder = new TemporaryFolder();
        using var model = DrawnModel.Of(name);
        foreach (var form in Enum.GetValues<OnnxForm>())
        {
            var path = Path.Join(folder.Path, $"{name}-{form}.onnx");
            model.SaveAsOnnx(path, new() { Form = form });
            var architecture = OnnxNetwork.Load(path);
            var probabilities = FineTuning.CompareScores(path, architecture);
            var epoch = FineTuning.TrainSaveLoad(architecture, folder);
            TestContext.WriteLine(FormattableString.Invariant($"{name}, {form}: probabilities of the model {probabilities:0.0e0}; loss {epoch.Loss:0.00}"));
            Assert.IsLessThanOrEqualTo(Allowed, probabilities);
        }
    }

    [TestMethod]
    public void A_frozen_backbone_stays_as_the_file_has_it()
    {
        using var folder = new TemporaryFolder();
        using var model = DrawnModel.Of("shufflenet_v2_x0_5");
        var path = Path.Join(folder.Path, "net.onnx");
        model.SaveAsOnnx(path, new() { Form = OnnxForm.Training });
        CollectionAssert.AreEquivalent((string[])["fc.weight", "fc.bias"], FineTuning.ChangedByHeadAlone(OnnxNetwork.Load(path)));
    }

    /// <summary>The file of Microsoft.ML.DnnImageFeaturizer.ResNet18, which CNTK wrote: features without a classifier.</summary>
    [TestMethod]
    public void The_file_of_CNTK_is_trained_further()
    {
        var packages = Environment.GetEnvironmentVariable("NUGET_PACKAGES")
            ?? Path.Join(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".nuget", "packages");
        var package = Path.Join(packages, "microsoft.ml.dnnimagefeaturizer.resnet18");
        var path = Directory.Exists(package) ? Directory.GetFiles(package, "*ResNet18.onnx", SearchOption.AllDirectories).FirstOrDefault() : null;
        if (!s_takesAll || path is null)
            Assert.Inconclusive("Skipped: tests/onnx-import runs this, where the package Microsoft.ML.DnnImageFeaturizer.ResNet18 is there.");
        var architecture = OnnxNetwork.Load(path);
        Assert.AreEqual((3, 224), (architecture.Channels, architecture.ImageSize));
        using var folder = new TemporaryFolder();
        var epoch = FineTuning.TrainSaveLoad(architecture, folder);
        TestContext.WriteLine(FormattableString.Invariant($"{path}: head {architecture.Head}, loss {epoch.Loss:0.00}"));
    }
}
