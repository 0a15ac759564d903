using System.Text.Json;
using Ml.Cnn.Trainers.Architectures;
using Ml.Cnn.Trainers.Weights;
using MlCnn.Testing;
using static TorchSharp.torch;

namespace Ml.Cnn.Trainers.Tests.Exchange;

/// <summary>What is handed on gives Python's PyTorch the scores that it gives here.</summary>
[TestClass]
public sealed class PythonTests
{
    private readonly string _folder = Directory.CreateTempSubdirectory("mlcnn-exchange").FullName;

    public required TestContext TestContext { get; init; }

    [TestCleanup]
    public void DeleteFolder() => Directory.Delete(_folder, recursive: true);

    /// <summary>Protects what needs operators that another version of PyTorch may lack: all that the catalog's networks are made of is among these.</summary>
    [TestMethod]
    public void Python_s_PyTorch_runs_the_TorchScript_files_of_ten_networks()
    {
        const int Size = 64;
        Runtime.ExactConvolutions.Require();
        PythonTorch.Require();
        string[] names = ["alexnet", "resnet18", "googlenet", "densenet121", "squeezenet1_1", "mobilenet_v3_small", "efficientnet_b0", "shufflenet_v2_x0_5",
            "convnext_tiny", "regnet_y_400mf"];
        using var scope = NewDisposeScope();
        using var mode = inference_mode();
        var models = names.Select(name => ExchangeModels.Of(name, Size - SmallestImage(name))).ToArray();
        foreach (var (name, model) in names.Zip(models))
            model.SaveTorchScript(Path.Join(_folder, $"{name}.pt"));
        var lines = PythonTorch.Run("run_torchscript.py", [$"{Size}", .. names.Select(name => Path.Join(_folder, $"{name}.pt"))])
            .Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.HasCount(names.Length, lines);
        for (var i = 0; i < names.Length; i++)
        {
            using var model = models[i];
            var theirs = JsonSerializer.Deserialize<JsonElement>(lines[i]);
            AssertNear(names[i], model, Size, theirs.GetProperty("logits"));
            var state = ModuleState.Of(model.Scorer.Network);
            var found = theirs.GetProperty("state").EnumerateObject().ToDictionary(pair => pair.Name, pair => pair.Value.GetDouble());
            CollectionAssert.AreEquivalent(state.Select(pair => pair.Key).ToArray(), found.Keys.ToArray(), names[i]);
            foreach (var (key, tensor) in state)
                Assert.AreEqual(tensor.to(float64).sum().item<double>(), found[key], 1e-6 * Math.Max(1, Math.Abs(found[key])), $"{names[i]}: {key}");
            CollectionAssert.AreEquivalent(state.Where(pair => pair.Value is TorchSharp.Modules.Parameter).Select(pair => pair.Key).ToArray(),
                theirs.GetProperty("parameters").EnumerateArray().Select(name => name.GetString()).ToArray(), names[i]);
            CollectionAssert.AreEqual(model.ClassNames.ToArray(),
                theirs.GetProperty("classes").EnumerateArray().Select(name => name.GetString()).ToArray());
            Assert.IsTrue(theirs.GetProperty("trainable").GetBoolean());
        }
    }

    /// <summary>Protects fine-tuning in Python: the file is the state dict of torchvision's own module, with MNASNet's version and auxiliary heads.</summary>
    [TestMethod]
    [DataRow("resnet18")]
    [DataRow("mnasnet0_5")]
    [DataRow("googlenet")]
    public void Torchvision_s_network_loads_a_pth_strictly_and_gives_the_same_scores(string name)
    {
        const int Size = 64;
        Runtime.ExactConvolutions.Require();
        PythonTorch.Require();
        using var scope = NewDisposeScope();
        using var mode = inference_mode();
        using var model = ExchangeModels.Of(name, Size - SmallestImage(name));
        var path = Path.Join(_folder, "network.pth");
        model.SaveWeights(path);
        var theirs = JsonSerializer.Deserialize<JsonElement>(PythonTorch.Run("load_state.py", path, name, $"{model.Shape.Classes}", $"{Size}"));
        Assert.AreEqual("OrderedDict", theirs.GetProperty("type").GetString());
        string?[] Names(string property) => [.. theirs.GetProperty(property).EnumerateArray().Select(key => key.GetString())];
        CollectionAssert.AreEqual(Names("expected"), Names("keys"));
        AssertNear(name, model, Size, theirs.GetProperty("logits"));
    }

    private void AssertNear(string name, CnnTransformer model, int size, JsonElement logits)
    {
        var channels = model.Shape.Channels;
        var images = (arange(2 * channels * size * size, float32) % 97 / 48 - 1).reshape(2, channels, size, size);
        var ours = model.Scorer.Network.call(images).flatten();
        var theirs = tensor(logits.EnumerateArray().Select(logit => logit.GetSingle()).ToArray());
        var difference = ((ours - theirs).norm() / ours.norm()).item<float>();
        TestContext.WriteLine(FormattableString.Invariant($"{name}\t{difference:0.0e0}"));
        Assert.IsLessThan(1e-5f, difference, name);
    }

    private static int SmallestImage(string name) => ArchitectureCatalog.Find(name).MinimumImageSize;
}
