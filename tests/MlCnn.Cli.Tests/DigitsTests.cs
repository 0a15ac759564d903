namespace MlCnn.Cli.Tests;

/// <summary>From training on drawn digits to predictions for image files, with every JSON object on the way.</summary>
[TestClass]
public sealed class DigitsTests : CliTest
{
    private static readonly string[] s_digits = ["0", "1", "2", "3", "4", "5", "6", "7", "8", "9"];

    [TestMethod]
    public void A_model_of_drawn_digits_is_evaluated_and_reads_files()
    {
        var trained = Run("train", "--data", "digits:1500", "--validation", "digits:100", "--arch", "LeNet5", "--epochs", "3", "--seed", "1", "--device",
            "CPU", "--out", "m.zip", "--log", "logs", "--json").Expect(0);
        var training = trained.Json;
        AssertProperties(training, "images", "classes", "device", "plan", "epochs", "model", "chosen");
        AssertProperties(training.GetProperty("plan"), "precision", "layout", "threads");
        Assert.AreEqual("float32", training.GetProperty("plan").GetProperty("precision").GetString());
        Assert.AreEqual(1500, training.GetProperty("images").GetInt32());
        CollectionAssert.AreEqual(s_digits, training.GetProperty("classes").EnumerateArray().Select(c => c.GetString()).ToArray());
        Assert.AreEqual("cpu", training.GetProperty("device").GetString());
        Assert.AreEqual("m.zip", training.GetProperty("model").GetString());
        Assert.AreEqual(3, training.GetProperty("epochs").GetArrayLength());
        foreach (var epoch in training.GetProperty("epochs").EnumerateArray())
            AssertProperties(epoch, "epoch", "loss", "accuracy", "validationAccuracy", "seconds", "imagesPerSecond", "top5Accuracy", "validationLoss",
                "validationTop5Accuracy", "learningRate", "peakMemory");
        Assert.IsGreaterThan(0.5, training.GetProperty("epochs")[2].GetProperty("validationAccuracy").GetDouble());
        Assert.Contains("Epoch 3/3  loss 0.", trained.Error); // plain lines where there is no terminal
        Assert.DoesNotContain("\u001b", trained.Error);

        Assert.HasCount(4, File.ReadAllLines(Path.Join(Folder, "logs", "epochs.csv")));
        CollectionAssert.AreEquivalent(
            (string[])["batch", "classes.csv", "classes.jsonl", "curves.png", "epochs.csv", "epochs.jsonl", "pictures", "report.html", "train", "validation"],
            Directory.GetFileSystemEntries(Path.Join(Folder, "logs")).Select(Path.GetFileName).ToArray());

        var evaluation = Run("evaluate", "--model", "m.zip", "--data", "digits:200", "--json").Expect(0).Json;
        AssertProperties(evaluation, "images", "microAccuracy", "macroAccuracy", "logLoss", "top5Accuracy", "perClass", "badImages", "precision",
            "millisecondsPerImage", "calibrationError", "predictionSets", "comparison", "evaluation");
        Assert.AreEqual(200, evaluation.GetProperty("images").GetInt32());
        Assert.IsGreaterThan(0.6, evaluation.GetProperty("microAccuracy").GetDouble());
        Assert.AreEqual(10, evaluation.GetProperty("perClass").GetArrayLength());
        AssertProperties(evaluation.GetProperty("perClass")[0], "label", "precision", "recall", "support");
        Assert.AreEqual(20, evaluation.GetProperty("perClass")[9].GetProperty("support").GetInt32());

        // Trained on pixels, the network reads files too: as a folder of some of its classes, and one by one.
        Images.Write(Path.Join(Folder, "files"), count: 60, seed: 9, classes: s_digits[..3], ".png");
        var files = Run("evaluate", "--model", "m.zip", "--data", "files", "--json").Expect(0).Json;
        Assert.AreEqual(18, files.GetProperty("images").GetInt32());
        Assert.IsGreaterThan(0.6, files.GetProperty("microAccuracy").GetDouble());
        CollectionAssert.AreEqual((int[])[6, 6, 6, 0, 0, 0, 0, 0, 0, 0], files.GetProperty("perClass").EnumerateArray()
            .Select(c => c.GetProperty("support").GetInt32()).ToArray());

        var file = Directory.GetFiles(Path.Join(Folder, "files", "0"))[0];
        var prediction = Run("predict", "--model", "m.zip", "--json", file, "--top", "99").Expect(0).Json.GetProperty("predictions")[0];
        AssertProperties(prediction, "file", "label", "probability", "top");
        Assert.AreEqual(file, prediction.GetProperty("file").GetString());
        var top = prediction.GetProperty("top").EnumerateArray().ToArray();
        Assert.HasCount(10, top);
        AssertProperties(top[0], "label", "probability");
        Assert.AreEqual(prediction.GetProperty("label").GetString(), top[0].GetProperty("label").GetString());
        Assert.AreEqual(1, top.Sum(t => t.GetProperty("probability").GetDouble()), 1e-4);

        // The tables, for people.
        var tables = Run("evaluate", "--model", "m.zip", "--data", "digits:50").Expect(0).Output;
        Assert.Contains("Log loss", tables);
        Assert.Contains("Recall", tables);
        Assert.Contains("True class in rows", tables);
    }

    [TestMethod]
    public void Without_validation_its_accuracy_is_null()
    {
        var epoch = Run("train", "--data", "digits:64", "--arch", "lenet5", "--epochs", "1", "--out", "m.zip", "--json")
            .Expect(0).Json.GetProperty("epochs")[0];
        Assert.AreEqual(System.Text.Json.JsonValueKind.Null, epoch.GetProperty("validationAccuracy").ValueKind);
    }

    /// <summary>A preset, parts of which are said otherwise, with the rate that lr-find suggests.</summary>
    [TestMethod]
    public void A_learning_rate_is_found_and_taken_with_a_recipe()
    {
        var found = Run("lr-find", "--data", "digits:1500", "--arch", "lenet5", "--seed", "1", "--json").Expect(0).Json;
        AssertProperties(found, "suggestion", "points");
        AssertProperties(found.GetProperty("points")[0], "learningRate", "loss", "smoothedLoss");
        Assert.AreEqual(1e-6, found.GetProperty("points")[0].GetProperty("learningRate").GetDouble(), 1e-12);
        var rate = found.GetProperty("suggestion").GetDouble();
        Assert.IsTrue(rate is > 1e-4 and < 2, $"{rate}");

        var table = Run("lr-find", "--data", "digits:1500", "--arch", "lenet5", "--seed", "1").Expect(0).Output;
        Assert.Contains("falls most steeply", table);
        Assert.Contains("Suggested: --learning-rate 0.", table);

        var epochs = Run("train", "--data", "digits:1500", "--arch", "lenet5", "--epochs", "4", "--seed", "1", "--out", "m.zip", "--json", "--preset",
            "resnet-cifar", "--augment", "none", "--batch-size", "32",
            "--learning-rate", FormattableString.Invariant($"{rate}"), "--schedule", "onecycle", "--class-weights", "balanced", "--label-smoothing",
            "0.05", "--clip", "5", "--accumulate", "2", "--ema", "0.9", "--balanced-sampling").Expect(0).Json.GetProperty("epochs");
        Assert.IsGreaterThan(0.8, epochs[3].GetProperty("accuracy").GetDouble());
    }
}
