using System.Security.Cryptography;
using System.Text.Json;
using Ml.Cnn.Trainers.Architectures;
using Ml.Cnn.Trainers.Weights;
using MlCnn.Testing;
using static TorchSharp.torch;

namespace Ml.Cnn.Trainers.Tests.Weights;

/// <summary>Written by this machine's PyTorch and read here, and the other way round.</summary>
[TestClass]
public sealed class PyTorchInteroperationTests
{
    private readonly string _folder = Directory.CreateTempSubdirectory("mlcnn-weights").FullName;

    [TestCleanup]
    public void DeleteFolder() => Directory.Delete(_folder, recursive: true);

    [TestMethod]
    [DataRow("zip")]
    [DataRow("legacy")]
    public void What_PyTorch_writes_is_read_bit_by_bit(string form)
    {
        var path = Path.Join(_folder, "state.pth");
        var expected = JsonSerializer.Deserialize<JsonElement>(PythonTorch.Run("write_weights.py", path, form)).EnumerateArray().ToArray();
        using var file = WeightsFile.Read(path);
        Assert.AreEqual(expected.Length, file.Tensors.Count);
        foreach (var (entry, (name, tensor)) in expected.Zip(file.Tensors))
        {
            Assert.AreEqual(entry[0].GetString(), name);
            CollectionAssert.AreEqual(entry[1].EnumerateArray().Select(size => size.GetInt64()).ToArray(), tensor.shape, name);
            Assert.AreEqual(entry[2].GetString(), Convert.ToHexStringLower(SHA256.HashData(tensor.bytes)), name);
        }
    }

    [TestMethod]
    public void What_is_written_here_gives_a_torchvision_network_the_same_answers()
    {
        var shape = new NetworkShape(3, 64, 64, 10);
        using var scope = NewDisposeScope();
        using var network = ArchitectureCatalog.Find("resnet18").Build(shape);
        network.eval();
        var path = Path.Join(_folder, "resnet18.safetensors");
        using (var file = File.Create(path))
            ModuleState.Save(network, file, new Dictionary<string, string> { ["format"] = "pt" });

        var theirs = JsonSerializer.Deserialize<JsonElement>(PythonTorch.Run("read_safetensors.py", path, "resnet18", "10"));
        CollectionAssert.AreEqual(ModuleState.Of(network).Select(pair => pair.Key).ToArray(), theirs.GetProperty("keys").EnumerateArray()
            .Select(key => key.GetString()).ToArray());
        using var _ = inference_mode();
        var ours = network.call((arange(3 * 64 * 64, float32) % 97 / 48 - 1).reshape(1, 3, 64, 64))[0];
        var logits = tensor(theirs.GetProperty("logits").EnumerateArray().Select(logit => logit.GetSingle()).ToArray());
        Assert.IsTrue(ours.allclose(logits, 1e-4, 1e-5), $"{ours} {logits}");
    }
}
