using System.IO.Compression;

namespace MlCnn.Cli.Tests;

/// <summary>A trained network for other programs.</summary>
[TestClass]
public sealed class ExportTests : CliTest
{
    [TestMethod]
    public void A_trained_network_is_exported_in_every_format_and_imported_again()
    {
        Run("train", "--data", "digits:300", "--arch", "lenet5", "--epochs", "1", "--seed", "1", "--out", "m.zip").Expect(0);
        Images.Write(Path.Join(Folder, "images"), count: 20, seed: 2, ["0", "1", "2"], ".png");
        var images = Directory.GetFiles(Path.Join(Folder, "images"), "*.png", SearchOption.AllDirectories);
        var expected = Probabilities("m.zip", images);

        foreach (var (file, format) in (List<(string, string)>)[("n.pt", "torchscript"), ("n.safetensors", "safetensors"), ("n.pth", "pth")])
        {
            var exported = Run("export", "--model", "m.zip", "--out", file, "--json").Expect(0).Json;
            AssertProperties(exported, "arch", "format", "input", "output", "bytes", "largestDifference", "file");
            Assert.AreEqual("lenet5", exported.GetProperty("arch").GetString());
            Assert.AreEqual(format, exported.GetProperty("format").GetString());
            Assert.AreEqual(new FileInfo(Path.Join(Folder, file)).Length, exported.GetProperty("bytes").GetInt64());
            Assert.AreEqual(file, exported.GetProperty("file").GetString());
            if (format == "torchscript")
            {
                Assert.AreEqual("float32 N×1×28×28", exported.GetProperty("input").GetString());
                Assert.AreEqual("logits", exported.GetProperty("output").GetString());
                Assert.IsLessThan(1e-4, exported.GetProperty("largestDifference").GetDouble());
            }
            Run("import", "--arch", "lenet5", "--weights", file, "--out", "again.zip").Expect(0);
            CollectionAssert.AreEqual(expected, Probabilities("again.zip", images), file);
        }
    }

    [TestMethod]
    public void A_model_for_services_is_a_model_zip_that_answers_as_the_trained_one_does()
    {
        Run("train", "--data", "digits:300", "--arch", "lenet5", "--epochs", "1", "--seed", "1", "--out", "m.zip").Expect(0);
        Images.Write(Path.Join(Folder, "images"), count: 20, seed: 2, ["0", "1", "2"], ".png");
        var images = Directory.GetFiles(Path.Join(Folder, "images"), "*.png", SearchOption.AllDirectories);
        Assert.AreEqual("service", Run("export", "--model", "m.zip", "--out", "service.zip", "--json").Expect(0).Json.GetProperty("format").GetString());
        foreach (var (expected, given) in Probabilities("m.zip", images).Zip(Probabilities("service.zip", images)))
            Assert.AreEqual(expected, given, 1e-4f);
        Assert.Contains("Name the model.zip that it was made of", Run("export", "--model", "service.zip", "--out", "n.pt").Expect(1).Error);
    }

    [TestMethod]
    public void Options_say_what_the_file_takes_and_gives()
    {
        Run("train", "--data", "digits:64", "--arch", "lenet5", "--epochs", "1", "--out", "m.zip").Expect(0);
        var pixels = Run("export", "--model", "m.zip", "--out", "n.bin", "--format", "TorchScript", "--probabilities", "--pixels", "nhwc").Expect(0).Output;
        Assert.Contains("lenet5 as torchscript", pixels);
        Assert.Contains("It takes uint8 N×28×28×1 and gives probabilities", pixels);
        using (var archive = ZipFile.OpenRead(Path.Join(Folder, "n.bin")))
        {
            using var classes = new StreamReader(archive.GetEntry("network/extra/classes.json")!.Open());
            Assert.AreEqual("[\"0\",\"1\"", classes.ReadToEnd().ReplaceLineEndings("").Replace(" ", "", StringComparison.Ordinal)[..8]);
        }
        Assert.Contains("lenet5 as pth", Run("export", "--model", "m.zip", "--out", "w.bin", "--format", "pth").Expect(0).Output);

        Assert.Contains("no folder", Run("export", "--model", "m.zip", "--out", "nowhere/n.pt").Expect(1).Error);
        Assert.Contains("is a folder", Run("export", "--model", "m.zip", "--out", ".", "--format", "pth").Expect(1).Error);
        Run("ensemble", "m.zip", "m.zip", "--out", "e.zip").Expect(0);
        Assert.Contains("ensemble of several networks", Run("export", "--model", "e.zip", "--out", "n.pt").Expect(1).Error);
    }

    private float[] Probabilities(string model, string[] images) =>
        [.. Run(["predict", "--model", model, "--json", .. images]).Expect(0).Json.GetProperty("predictions").EnumerateArray()
            .Select(prediction => prediction.GetProperty("probability").GetSingle())];
}
