using System.IO.Compression;

namespace MlCnn.Cli.Tests;

/// <summary>Published weights, and models from weights alone.</summary>
[TestClass]
public sealed class WeightsTests : CliTest
{
    [TestMethod]
    public void An_imported_model_predicts_as_the_one_that_its_weights_are_of()
    {
        Run("train", "--data", "digits:300", "--arch", "lenet5", "--epochs", "1", "--seed", "1", "--out", "trained.zip").Expect(0);
        using (var model = ZipFile.OpenRead(Path.Join(Folder, "trained.zip")))
            model.Entries.Single(entry => entry.Name == "weights.safetensors").ExtractToFile(Path.Join(Folder, "w.safetensors"));
        File.WriteAllText(Path.Join(Folder, "labels.txt"), "zero\none\ntwo\nthree\nfour\nfive\nsix\nseven\neight\nnine\n");
        Images.Write(Path.Join(Folder, "images"), count: 20, seed: 2, ["0", "1", "2"], ".png");
        var images = Directory.GetFiles(Path.Join(Folder, "images"), "*.png", SearchOption.AllDirectories);

        var imported = Run("import", "--arch", "lenet5", "--weights", "w.safetensors", "--labels", "labels.txt", "--out", "m.zip", "--json").Expect(0).Json;
        AssertProperties(imported, "arch", "classes", "inputShape", "resizeShortSide", "interpolation", "mean", "deviation", "preprocessingReason",
            "weightsKey", "otherKeys", "weightsPrefix", "nonFiniteTensors", "model");
        Assert.AreEqual(10, imported.GetProperty("classes").GetInt32());
        var (expected, actual) = (Predict("trained.zip", images), Predict("m.zip", images));
        CollectionAssert.AreEqual(expected.Select(p => p.Probability).ToArray(), actual.Select(p => p.Probability).ToArray());
        CollectionAssert.AreEqual(expected.Select(p =>
            File.ReadAllLines(Path.Join(Folder, "labels.txt"))[int.Parse(p.Label, System.Globalization.CultureInfo.InvariantCulture)]).ToArray(),
            actual.Select(p => p.Label).ToArray());

        Run("import", "--arch", "lenet5", "--weights", "w.safetensors", "--out", "m.zip").Expect(0);
        Assert.StartsWith("class", Predict("m.zip", images)[0].Label);
        File.WriteAllText(Path.Join(Folder, "labels.txt"), "zero\none");
        Assert.Contains("10 classes apart, and there are 2", Run("import", "--arch", "lenet5", "--weights", "w.safetensors", "--labels", "labels.txt",
            "--out", "m.zip").Expect(1).Error);
        Assert.Contains("do not fit alexnet", Run("import", "--arch", "alexnet", "--weights", "w.safetensors", "--out", "m.zip").Expect(1).Error);
        Assert.Contains("'labels.txt' cannot be read as weights", Run("import", "--arch", "lenet5", "--weights", "labels.txt", "--out", "m.zip")
            .Expect(1).Error);
    }

    [TestMethod]
    public void The_list_tells_what_there_is_and_what_is_here()
    {
        Directory.CreateDirectory(Path.Join(Folder, "cache"));
        File.WriteAllText(Path.Join(Folder, "cache", "resnet18-f37072fd.pth"), "something else");
        var list = Run("weights", "list", "--json").Expect(0).Json;
        AssertProperties(list, "folder", "weights");
        Assert.AreEqual(Path.Join(Folder, "cache"), list.GetProperty("folder").GetString());
        foreach (var weights in list.GetProperty("weights").EnumerateArray())
        {
            AssertProperties(weights, "name", "arch", "isDefault", "address", "file", "sha256Prefix", "bytes", "classes", "inputShape", "resizeShortSide",
                "top1Accuracy", "top5Accuracy", "license", "here");
            Assert.AreEqual(weights.GetProperty("file").GetString() == "resnet18-f37072fd.pth", weights.GetProperty("here").GetBoolean());
        }
        Assert.Contains("ResNet18_Weights.IMAGENET1K_V1", Run("weights", "list", "--arch", "resnet18").Expect(0).Output);

        var verified = Run("weights", "verify", "resnet18", "--json").Expect(1);
        AssertProperties(verified.Json, "name", "file", "isRight");
        Assert.IsFalse(verified.Json.GetProperty("isRight").GetBoolean());
        Assert.Contains("f37072fd", verified.Error);
        Assert.Contains("Delete it", Run("weights", "get", "resnet18").Expect(1).Error);
    }

    private (string Label, float Probability)[] Predict(string model, string[] images) =>
        [.. Run(["predict", "--model", model, "--json", .. images]).Expect(0).Json.GetProperty("predictions").EnumerateArray()
            .Select(prediction => (prediction.GetProperty("label").GetString()!, prediction.GetProperty("probability").GetSingle()))];
}
