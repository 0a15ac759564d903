namespace MlCnn.Cli.Tests;

/// <summary>A trained network as a file of 8-bit integers, from the command line.</summary>
[TestClass]
public sealed class QuantizedExportTests : CliTest
{
    [TestMethod]
    public void Integers_are_measured_before_they_are_handed_over()
    {
        Train();
        var exported = Run("export", "--model", "m.zip", "--out", "n.onnx", "--int8", "--calibrate", "digits:200", "--max-loss", "3", "--json")
            .Expect(0).Json;
        Assert.AreEqual("onnx", exported.GetProperty("format").GetString());
        var costs = exported.GetProperty("quantization");
        AssertProperties(costs, "calibrationImages", "evaluationImages", "float32Accuracy", "accuracy", "disagreement", "float32Bytes",
            "float32ImagesPerSecond", "imagesPerSecond", "integerNodes", "float32Nodes");
        Assert.AreEqual(100, costs.GetProperty("calibrationImages").GetInt32()); // one half, and accuracy is of the other
        Assert.AreEqual(100, costs.GetProperty("evaluationImages").GetInt32());
        Assert.IsLessThanOrEqualTo(0.03 + 1e-9, costs.GetProperty("float32Accuracy").GetDouble() - costs.GetProperty("accuracy").GetDouble());
        Assert.IsLessThan(0.4 * costs.GetProperty("float32Bytes").GetInt64(), exported.GetProperty("bytes").GetInt64());
        Assert.IsGreaterThan(0, costs.GetProperty("imagesPerSecond").GetDouble());

        var table = Run("export", "--model", "m.zip", "--out", "n.onnx", "--int8", "--calibrate", "digits:100", "--evaluate", "digits:50", "--max-loss",
            "100").Expect(0).Output;
        Assert.Contains("Accuracy", table);
        Assert.Contains("Ranges are from 100 images, the accuracy from 50 others", table);
    }

    [TestMethod]
    public void Where_more_is_lost_than_allowed_the_file_before_stays()
    {
        Train();
        File.WriteAllText(Path.Join(Folder, "n.onnx"), "what was there");
        // Images without a digit on them: their ranges hold nothing of what digits need.
        Directory.CreateDirectory(Path.Join(Folder, "blank", "0"));
        foreach (var i in Enumerable.Range(0, 8))
            Images.WriteFile(Path.Join(Folder, "blank", "0", FormattableString.Invariant($"{i}.png")), new byte[28 * 28]);
        var refused = Run("export", "--model", "m.zip", "--out", "n.onnx", "--int8", "--calibrate", "blank", "--evaluate", "digits:100").Expect(1);
        Assert.Contains("points of accuracy", refused.Error);
        Assert.AreEqual("what was there", File.ReadAllText(Path.Join(Folder, "n.onnx")));
    }

    [TestMethod]
    [DataRow("--int8 needs images", "--int8")]
    [DataRow("--max-loss goes with --int8", "--max-loss", "1")]
    [DataRow("--calibrate goes with --int8", "--calibrate", "digits:10")]
    [DataRow("--max-loss must be a number of points from 0 to 100", "--int8", "--calibrate", "digits:10", "--max-loss", "-1")]
    [DataRow("--float16 says another", "--int8", "--calibrate", "digits:10", "--float16")]
    [DataRow("--training says another", "--int8", "--calibrate", "digits:10", "--training")]
    public void Options_that_do_not_fit_are_refused(string expected, params string[] options)
    {
        Train();
        var refused = Run(["export", "--model", "m.zip", "--out", "n.onnx", .. options]).Expect(2);
        Assert.Contains(expected, refused.Error);
        Assert.IsFalse(File.Exists(Path.Join(Folder, "n.onnx")));
    }

    private void Train() => Run("train", "--data", "digits:600", "--arch", "lenet5", "--epochs", "2", "--seed", "1", "--out", "m.zip").Expect(0);
}
