using Ml.Cnn.Trainers.Architectures;
using Ml.Cnn.Trainers.Weights;
using MlCnn.Testing;
using static TorchSharp.torch;

namespace Ml.Cnn.Trainers.Tests.Weights;

/// <summary>Weights as people have them: under prefixes and keys, beside objects, in modules saved whole and in TorchScript archives.</summary>
[TestClass]
public sealed class CheckpointTests
{
    private static readonly Architecture s_network = ArchitectureCatalog.Find("shufflenet_v2_x0_5");

    private readonly string _folder = Directory.CreateTempSubdirectory("mlcnn-checkpoints").FullName;

    public required TestContext TestContext { get; init; }

    [TestCleanup]
    public void DeleteFolder() => Directory.Delete(_folder, recursive: true);

    [TestMethod]
    public void Every_form_that_PyTorch_writes_is_the_same_network()
    {
        PythonTorch.Run("write_checkpoints.py", _folder);
        using var scope = NewDisposeScope();
        using var expected = s_network.Build(new(3, 64, 64, 5));
        using (var plain = WeightsFile.Read(Path.Join(_folder, "state.pth")))
            WeightsLoader.LoadInto(expected, s_network, plain.Tensors);
        foreach (var path in Directory.EnumerateFiles(_folder).Order(StringComparer.Ordinal))
        {
            using var file = WeightsFile.Read(path);
            using var network = s_network.Build(new(3, 64, 64, 5));
            var report = WeightsLoader.LoadInto(network, s_network, file.Tensors);
            TestContext.WriteLine($"{Path.GetFileName(path)}: key '{file.Key}', prefix '{report.Prefix}'");
            foreach (var (wanted, found) in ModuleState.Of(expected).Zip(ModuleState.Of(network)))
                Assert.IsTrue(wanted.Value.equal(found.Value).all().item<bool>(), $"{path}: {wanted.Key}");
        }
    }

    [TestMethod]
    public void Averaged_weights_go_first_and_a_key_chooses_others()
    {
        PythonTorch.Run("write_checkpoints.py", _folder);
        var path = Path.Join(_folder, "plain_and_averaged.pth");
        using var averaged = WeightsFile.Read(path);
        Assert.AreEqual("state_dict_ema", averaged.Key);
        CollectionAssert.AreEqual(new[] { "state_dict" }, averaged.OtherKeys.ToArray());
        using var plain = WeightsFile.Read(path, key: "state_dict");
        Assert.AreEqual("state_dict", plain.Key);
        Assert.IsFalse(plain.Tensors[0].Value.equal(averaged.Tensors[0].Value).all().item<bool>());
        Assert.Contains("'state_dict', 'state_dict_ema'", Assert.ThrowsExactly<WeightsFormatException>(() => WeightsFile.Read(path, key: "best")).Message);
    }
}
