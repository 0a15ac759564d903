using Microsoft.ML;
using Microsoft.ML.Data;
using Ml.Cnn.Trainers.Architectures;
using Ml.Cnn.Trainers.Compilation;
using Ml.Cnn.Trainers.Exchange;
using Ml.Cnn.Trainers.Graph;
using Ml.Cnn.Trainers.Inspection;
using Ml.Cnn.Trainers.Tests.Graph;
using Ml.Cnn.Trainers.Weights;
using MlCnn.Testing;
using static TorchSharp.torch;

namespace Ml.Cnn.Trainers.Tests.Exchange;

/// <summary>A network as a TorchScript file, run by TorchSharp without this library's layers.</summary>
[TestClass]
public sealed class TorchScriptTests
{
    private const double Tolerance = 1e-5;

    private readonly string _folder = Directory.CreateTempSubdirectory("mlcnn-exchange").FullName;

    public required TestContext TestContext { get; init; }

    private string File => Path.Join(_folder, "network.pt");

    [TestCleanup]
    public void DeleteFolder() => Directory.Delete(_folder, recursive: true);

    /// <summary>A network of each family; in tests/all those with at most 8 million parameters, too; all with MLCNN_TEST_LARGE=1.</summary>
    public static IEnumerable<string[]> Networks()
    {
        const long MostParameters = 8_000_000;
        if (Environment.GetEnvironmentVariable("MLCNN_TEST_LARGE") == "1")
            return ArchitectureCatalog.All.Select(architecture => new[] { architecture.Name });
        var small = LongTestAttribute.IsAskedFor ? ArchitectureCatalog.All.Where(architecture => CnnSummary.Of(architecture).Parameters <= MostParameters)
            .Select(architecture => architecture.Name) : [];
        return GraphProgramTests.Families().Select(family => family[0]).Union(small).Select(name => new[] { name });
    }

    /// <summary>Protects every network: the file gives its logits for other images and batches than those it was checked with, and has its weights.</summary>
    [TestMethod]
    [DynamicData(nameof(Networks))]
    public void The_file_gives_the_network_s_scores_and_has_its_weights_by_name(string name)
    {
        using var scope = NewDisposeScope();
        using var mode = inference_mode();
        using var model = ExchangeModels.Of(name);
        var report = model.SaveTorchScript(File);
        TestContext.WriteLine(FormattableString.Invariant($"{name}\t{report.LargestDifference:0.0e0}\t{report.Bytes}"));

        using var module = LoadedScript.Of(File, CPU);
        var (shape, network) = (model.Shape, model.Scorer.Network);
        manual_seed(7);
        foreach (var batch in new[] { 2, 5 })
        {
            var images = randn(batch, shape.Channels, shape.Height, shape.Width);
            var (expected, found) = (network.call(images), module.Forward(images));
            CollectionAssert.AreEqual(expected.shape, found.shape);
            Assert.IsGreaterThan(0.1f, expected.std().item<float>(), "the classes differ");
            var difference = ((found - expected).norm() / expected.norm()).item<float>();
            Assert.IsLessThan(Tolerance, difference, $"{batch} images");
        }
        using var file = WeightsFile.Read(File);
        AssertSame(ModuleState.Of(network), file.Tensors);
        Assert.AreEqual(new FileInfo(File).Length, report.Bytes);
    }

    /// <summary>Protects every network, the largest too, at its own size: a layer that cannot be written is found without any weights.</summary>
    [TestMethod]
    public void Every_layer_of_every_network_can_be_written()
    {
        using var scope = NewDisposeScope();
        foreach (var architecture in ArchitectureCatalog.All)
        {
            var shape = new NetworkShape(architecture.Channels, architecture.ImageSize, architecture.ImageSize, Classes: 7);
            using var bare = architecture.BuildWithoutWeights(shape);
            bare.eval();
            var methods = new NamedScript(NetworkGraph.Trace(bare, shape).Program(), architecture.Normalization, temperature: 1, new()).Methods;
            Assert.DoesNotContain("mkldnn", methods, architecture.Name);
            var objects = NamedModules.Of(bare);
            Assert.IsNotEmpty(objects.Objects, architecture.Name);
        }
    }

    /// <summary>Protects services that send pixels: what the file makes of them is what the model's own score column says.</summary>
    [TestMethod]
    [DataRow("resnet18", PixelLayout.HeightWidthChannels)]
    [DataRow("resnet18", PixelLayout.ChannelsHeightWidth)]
    [DataRow("lenet5", PixelLayout.HeightWidthChannels)]
    public void A_file_that_takes_pixels_gives_the_model_s_calibrated_probabilities(string name, PixelLayout layout)
    {
        using var scope = NewDisposeScope();
        using var mode = inference_mode();
        using var plain = ExchangeModels.Of(name);
        using var model = plain.WithCalibration(new() { Temperature = 1.7 });
        var report = model.SaveTorchScript(File, new() { Probabilities = true, Pixels = layout });
        Assert.IsLessThan(Tolerance, report.LargestDifference);

        var shape = model.Shape;
        var pixels = new byte[shape.Height * shape.Width * shape.Channels];
        new Random(3).NextBytes(pixels);
        var mlContext = new MLContext();
        var type = new VectorDataViewType(NumberDataViewType.Byte, shape.Height, shape.Width, shape.Channels);
        var schema = SchemaDefinition.Create(typeof(Pixels));
        schema["Image"].ColumnType = type;
        var scored = model.Transform(mlContext.Data.LoadFromEnumerable([new Pixels { Image = pixels }], schema));
        var expected = tensor(scored.GetColumn<float[]>("Score").Single());

        using var module = LoadedScript.Of(File, CPU);
        var image = tensor(pixels).view(1, shape.Height, shape.Width, shape.Channels);
        var found = module.Forward(layout == PixelLayout.HeightWidthChannels ? image : image.permute(0, 3, 1, 2));
        Assert.IsLessThan((float)Tolerance, (found[0] - expected).abs().max().item<float>());
        Assert.IsGreaterThan(0.3f, expected.max().item<float>(), "the classes differ");
    }

    /// <summary>Protects whoever compares or caches files: nothing in one depends on when or where it was written.</summary>
    [TestMethod]
    public void The_same_network_gives_the_same_bytes()
    {
        using var model = ExchangeModels.Of("lenet5");
        model.SaveTorchScript(File);
        var first = System.IO.File.ReadAllBytes(File);
        Thread.Sleep(2100); // a zip file's times have two seconds' steps
        model.SaveTorchScript(File);
        CollectionAssert.AreEqual(first, System.IO.File.ReadAllBytes(File));
    }

    /// <summary>Protects images of other sizes, as a fully convolutional network takes them elsewhere.</summary>
    [TestMethod]
    [DataRow("resnet18")]
    [DataRow("shufflenet_v2_x0_5")]
    public void A_network_of_convolutions_takes_images_of_any_size(string name)
    {
        using var scope = NewDisposeScope();
        using var mode = inference_mode();
        using var model = ExchangeModels.Of(name);
        model.SaveTorchScript(File);
        using var module = LoadedScript.Of(File, CPU);
        var images = randn(2, 3, 75, 90);
        Assert.IsTrue(model.Scorer.Network.call(images).allclose(module.Forward(images), 1e-4, 1e-4));
    }

    private static void AssertSame(IReadOnlyList<KeyValuePair<string, Tensor>> expected, IReadOnlyList<KeyValuePair<string, Tensor>> found)
    {
        var byName = found.ToDictionary();
        CollectionAssert.AreEquivalent(expected.Select(pair => pair.Key).ToArray(), byName.Keys.ToArray());
        foreach (var (key, tensor) in expected)
        {
            Assert.AreEqual(tensor.dtype, byName[key].dtype, key);
            Assert.IsTrue(tensor.equal(byName[key]).all().item<bool>(), key);
        }
    }

    private sealed class Pixels
    {
        public byte[] Image { get; set; } = [];
    }
}
