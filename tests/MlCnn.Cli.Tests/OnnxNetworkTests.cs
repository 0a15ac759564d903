using System.Text;

namespace MlCnn.Cli.Tests;

/// <summary>Protects --arch file.onnx: a network of an ONNX file is trained, summarized and imported as one of the library's.</summary>
[TestClass]
public sealed class OnnxNetworkTests : CliTest
{
    [TestMethod]
    public void The_network_of_a_file_is_trained_and_the_model_needs_the_file_no_more()
    {
        Run("train", "--data", "digits:300", "--arch", "lenet5", "--epochs", "2", "--seed", "1", "--out", "first.zip").Expect(0);
        Run("export", "--model", "first.zip", "--out", "net.onnx", "--training").Expect(0);
        var before = Accuracy("first.zip");

        var summary = Run("summary", "--arch", "net.onnx", "--json").Expect(0).Json;
        Assert.AreEqual("net.onnx", summary.GetProperty("arch").GetString());
        Assert.AreEqual(61_706, summary.GetProperty("parameters").GetInt64());
        Assert.IsGreaterThan(0, Run("lr-find", "--data", "digits:64", "--arch", "net.onnx", "--steps", "10", "--json").Expect(0).Json
            .GetProperty("points").GetArrayLength());

        // Training goes on from the file's weights, its last layer included, since the classes are the same.
        var training = Run("train", "--data", "digits:300", "--arch", "net.onnx", "--epochs", "1", "--seed", "2", "--learning-rate", "0.001",
            "--out", "second.zip", "--json").Expect(0).Json;
        Assert.AreEqual(300, training.GetProperty("images").GetInt32());
        Run("import", "--arch", "net.onnx", "--out", "imported.zip").Expect(0);
        File.Delete(Path.Join(Folder, "net.onnx"));
        Assert.AreEqual(before, Accuracy("imported.zip"), 1e-9);
        Assert.IsGreaterThan(before - 0.1, Accuracy("second.zip"));
        Assert.AreEqual("net.onnx", Run("summary", "--model", "second.zip", "--json").Expect(0).Json.GetProperty("arch").GetString());

        // And is written again.
        Assert.Contains("net.onnx as onnx", Run("export", "--model", "second.zip", "--out", "again.onnx").Expect(0).Output);
    }

    [TestMethod]
    public void Another_number_of_classes_makes_the_last_layer_anew()
    {
        Run("train", "--data", "digits:64", "--arch", "lenet5", "--epochs", "1", "--out", "first.zip").Expect(0);
        Run("export", "--model", "first.zip", "--out", "net.onnx").Expect(0);
        Images.Write(Path.Join(Folder, "images"), count: 60, seed: 2, ["a", "b", "c"], ".png");
        Run("train", "--data", "images", "--arch", "net.onnx", "--freeze", "backbone", "--epochs", "1", "--out", "m.zip").Expect(0);
        var image = Directory.GetFiles(Path.Join(Folder, "images", "a"))[0];
        var predictions = Run("predict", "--model", "m.zip", "--top", "5", "--json", image).Expect(0).Json.GetProperty("predictions");
        Assert.AreEqual(1, predictions.GetArrayLength());
        Assert.Contains(predictions[0].GetProperty("label").GetString(), (string[])["a", "b", "c"]);
    }

    [TestMethod]
    public void A_file_that_is_no_network_is_named_with_what_is_wrong()
    {
        string[] train = ["train", "--data", "digits:9", "--epochs", "1", "--out", "m.zip", "--arch"];
        Assert.Contains("There is no ONNX file 'nowhere.onnx'", Run([.. train, "nowhere.onnx"]).Expect(1).Error);
        File.WriteAllText(Path.Join(Folder, "text.onnx"), "this is no network");
        var damaged = Run([.. train, "text.onnx"]).Expect(1).Error;
        Assert.Contains("--arch: 'text.onnx' cannot be read as a network: ", damaged);
        Assert.Contains("it is no ONNX file, or it is damaged", damaged);

        Run("train", "--data", "digits:64", "--arch", "lenet5", "--epochs", "1", "--out", "first.zip").Expect(0);
        Run("export", "--model", "first.zip", "--out", "net.onnx").Expect(0);
        var bytes = File.ReadAllBytes(Path.Join(Folder, "net.onnx"));
        File.WriteAllBytes(Path.Join(Folder, "cut.onnx"), bytes[..(bytes.Length / 2)]);
        Assert.Contains("'cut.onnx' cannot be read", Run([.. train, "cut.onnx"]).Expect(1).Error);

        // Another operator of a name of the same length.
        var at = bytes.AsSpan().IndexOf("MaxPool"u8);
        Assert.IsGreaterThan(0, at);
        for (; at >= 0; at = bytes.AsSpan().IndexOf(Encoding.ASCII.GetBytes("MaxPool")))
            "MaxRoll"u8.CopyTo(bytes.AsSpan(at));
        File.WriteAllBytes(Path.Join(Folder, "unknown.onnx"), bytes);
        foreach (var command in (string[][])[[.. train, "unknown.onnx"], ["summary", "--arch", "unknown.onnx"],
            ["import", "--arch", "unknown.onnx", "--out", "m.zip"], ["lr-find", "--data", "digits:9", "--arch", "unknown.onnx"]])
        {
            var unknown = Run(command).Expect(1).Error;
            Assert.Contains("(MaxRoll) is of an operator that the library has no layer for", unknown);
            Assert.Contains("the node '", unknown);
        }
        Assert.IsFalse(File.Exists(Path.Join(Folder, "m.zip")));

        // Where a model is wanted, the commands that take the file are named.
        Assert.Contains("mlcnn import --arch net.onnx --out model.zip", Run("evaluate", "--model", "net.onnx", "--data", "digits:9").Expect(1).Error);
        Assert.Contains("'--weights' is required", Run("import", "--arch", "lenet5", "--out", "m.zip").Expect(2).Error);
    }

    private double Accuracy(string model) =>
        Run("evaluate", "--model", model, "--data", "digits:200", "--json").Expect(0).Json.GetProperty("microAccuracy").GetDouble();
}
