using System.IO.Compression;
using System.Text.Json;
using Microsoft.ML;
using Ml.Cnn.Trainers.Weights;
using static TorchSharp.torch;

namespace Ml.Cnn.Trainers.Tests.Exchange;

/// <summary>Weights by name, in files of several formats, and where they cannot be written.</summary>
[TestClass]
public sealed class StateFileTests
{
    private readonly string _folder = Directory.CreateTempSubdirectory("mlcnn-exchange").FullName;

    [TestCleanup]
    public void DeleteFolder() => Directory.Delete(_folder, recursive: true);

    /// <summary>Protects the way there and back: what is handed on makes the same model again, whatever the format.</summary>
    [TestMethod]
    [DataRow("network.pth")]
    [DataRow("network.safetensors")]
    [DataRow("network.PTH")]
    [DataRow("network.bin")]
    [DataRow("network.pt")]
    public void A_file_imported_again_has_the_same_weights_bit_by_bit(string name)
    {
        using var scope = NewDisposeScope();
        using var model = ExchangeModels.Of("resnet18");
        var path = Path.Join(_folder, name);
        if (name == "network.pt")
            model.SaveTorchScript(path);
        else
            model.SaveWeights(path, name == "network.bin" ? WeightsFormat.PyTorch : null);
        Assert.HasCount(1, Directory.GetFiles(_folder));
        using var again = new MLContext().Model.ImportCnn("resnet18", path);
        var (ours, theirs) = (ModuleState.Of(model.Scorer.Network), ModuleState.Of(again.Scorer.Network));
        CollectionAssert.AreEqual(ours.Select(pair => pair.Key).ToArray(), theirs.Select(pair => pair.Key).ToArray());
        foreach (var ((key, tensor), (_, other)) in ours.Zip(theirs))
            Assert.IsTrue(tensor.equal(other).all().item<bool>(), key);
        using var file = WeightsFile.Read(path);
        Assert.AreEqual(name.EndsWith("safetensors", StringComparison.Ordinal) ? WeightsFormat.SafeTensors : WeightsFormat.PyTorch, file.Format);
        Assert.IsTrue(file.Tensors.Any(pair => pair.Key == "layer1.0.bn1.num_batches_tracked"));
    }

    /// <summary>Protects every type of elements, scalars, empty tensors, two names of one tensor, and layouts that are not row by row.</summary>
    [TestMethod]
    public void A_pth_holds_tensors_of_any_type_and_layout()
    {
        using var scope = NewDisposeScope();
        ScalarType[] types = [ScalarType.Float64, ScalarType.Float32, ScalarType.Float16, ScalarType.BFloat16, ScalarType.Int64, ScalarType.Int32,
            ScalarType.Int16, ScalarType.Int8, ScalarType.Byte, ScalarType.Bool];
        var shared = randn(3, 4);
        List<KeyValuePair<string, Tensor>> state =
        [
            .. types.Select(type => KeyValuePair.Create($"{type}", (randn(2, 300) * 9).abs().to(type))),
            new("scalar", tensor(7L)), new("empty", zeros(0, 3)), new("transposed", randn(4, 5).t()), new("first", shared), new("ünï.second", shared),
        ];
        var stream = new MemoryStream();
        PyTorchWeights.Write(stream, state);
        using var file = PyTorchWeights.Read(stream);
        CollectionAssert.AreEqual(state.Select(pair => pair.Key).ToArray(), file.Tensors.Select(pair => pair.Key).ToArray());
        foreach (var ((key, tensor), (_, found)) in state.Zip(file.Tensors))
        {
            Assert.AreEqual(tensor.dtype, found.dtype, key);
            CollectionAssert.AreEqual(tensor.shape, found.shape, key);
            Assert.IsTrue(tensor.equal(found).all().item<bool>(), key);
        }
        stream.Position = 0;
        using var archive = new ZipArchive(stream);
        Assert.HasCount(state.Count - 1, archive.Entries.Where(entry => entry.FullName.StartsWith("archive/data/", StringComparison.Ordinal)).ToArray());

        StringAssert.Contains(Assert.ThrowsExactly<ArgumentException>(() => PyTorchWeights.Write(new MemoryStream(), [state[0], state[0]])).Message, "twice");
        StringAssert.Contains(Assert.ThrowsExactly<ArgumentException>(() =>
            PyTorchWeights.Write(new MemoryStream(), [new("z", zeros(1, ScalarType.ComplexFloat32))])).Message, "ComplexFloat32");
    }

    [TestMethod]
    public void A_safetensors_file_tells_what_the_network_is()
    {
        using var model = ExchangeModels.Of("lenet5");
        var path = Path.Join(_folder, "network.safetensors");
        model.SaveWeights(path);
        using var file = WeightsFile.Read(path);
        Assert.AreEqual("pt", file.Metadata["format"]);
        var json = JsonSerializer.Deserialize<JsonElement>(file.Metadata["model.json"]);
        Assert.AreEqual("lenet5", json.GetProperty("architecture").GetProperty("name").GetString());
        Assert.AreEqual(model.ClassNames[1], json.GetProperty("classes").GetProperty("names")[1].GetString());
        Assert.IsFalse(json.TryGetProperty("weights", out _), "they are in this file");
    }

    /// <summary>Protects whoever mistypes: the message names the file and says what to do, and what was there before stays.</summary>
    [TestMethod]
    public void What_cannot_be_saved_is_said_plainly()
    {
        using var model = ExchangeModels.Of("lenet5");
        foreach (var name in (string[])["network.pt", "network", "network.onnx", "pth"])
        {
            var message = Assert.ThrowsExactly<ArgumentException>(() => model.SaveWeights(Path.Join(_folder, name))).Message;
            StringAssert.Contains(message, name);
            StringAssert.Contains(message, ".safetensors or .pth");
        }
        foreach (var (name, why) in (List<(string, string)>)[("nowhere/network.pth", "Create the folder"), ("folder.pth", "Name a file")])
        {
            Directory.CreateDirectory(Path.Join(_folder, "folder.pth"));
            StringAssert.Contains(Assert.ThrowsExactly<IOException>(() => model.SaveWeights(Path.Join(_folder, name))).Message, why);
            StringAssert.Contains(Assert.ThrowsExactly<IOException>(() => model.SaveTorchScript(Path.Join(_folder, name))).Message, why);
        }
        Assert.ThrowsExactly<ArgumentException>(() => model.SaveTorchScript(""));
        Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => model.SaveTorchScript(Path.Join(_folder, "n.pt"), new() { Pixels = PixelLayout.Auto }));
        Assert.IsEmpty(Directory.GetFiles(_folder));

        var disposed = ExchangeModels.Of("lenet5");
        disposed.Dispose();
        Assert.ThrowsExactly<ObjectDisposedException>(() => disposed.SaveWeights(Path.Join(_folder, "n.pth")));
        Assert.ThrowsExactly<ObjectDisposedException>(() => disposed.SaveTorchScript(Path.Join(_folder, "n.pt")));
    }
}
