using System.Text.Json;

namespace MlCnn.Cli.Tests;

/// <summary>Better answers from models that are trained: ensembles, calibrated probabilities, prediction sets.</summary>
[TestClass]
public sealed class AnswersTests : CliTest
{
    /// <summary>Protects the way from two models to one that is calibrated, measured and used, with what each step is worth.</summary>
    [TestMethod]
    public void Two_models_become_one_that_is_calibrated()
    {
        foreach (var seed in (string[])["1", "2"])
        {
            Run("train", "--data", "digits:400", "--arch", "lenet5", "--epochs", "3", "--optimizer", "adam", "--seed", seed, "--out", $"m{seed}.zip")
                .Expect(0);
        }
        var ensemble = Run("ensemble", "m1.zip", "m2.zip", "--average", "logits", "--fit-weights", "digits:200", "--out", "both.zip", "--json").Expect(0).Json;
        AssertProperties(ensemble, "networks", "classes", "average", "model");
        Assert.AreEqual("logits", ensemble.GetProperty("average").GetString());
        Assert.AreEqual(1, ensemble.GetProperty("networks").EnumerateArray().Sum(network => network.GetProperty("weight").GetDouble()), 1e-9);

        var calibration = Run("calibrate", "--model", "both.zip", "--data", "digits:300", "--coverage", "0.9", "--out", "calibrated.zip", "--json")
            .Expect(0).Json;
        Assert.AreEqual(300, calibration.GetProperty("images").GetInt32());
        Assert.IsGreaterThan(0, calibration.GetProperty("temperature").GetDouble());
        Assert.IsLessThanOrEqualTo(calibration.GetProperty("logLossBefore").GetDouble(), calibration.GetProperty("logLossAfter").GetDouble());

        var plain = Run("evaluate", "--model", "both.zip", "--data", "digits:300", "--json").Expect(0).Json;
        var evaluation = Run("evaluate", "--model", "calibrated.zip", "--data", "digits:300", "--json").Expect(0).Json;
        Assert.AreEqual(plain.GetProperty("microAccuracy").GetDouble(), evaluation.GetProperty("microAccuracy").GetDouble());
        Assert.AreEqual(calibration.GetProperty("calibrationErrorAfter").GetDouble(), evaluation.GetProperty("calibrationError").GetDouble(), 1e-6);
        Assert.AreEqual(JsonValueKind.Null, plain.GetProperty("predictionSets").ValueKind);
        Assert.AreEqual(0.9, evaluation.GetProperty("predictionSets").GetProperty("covered").GetDouble(), 0.01, "the images that it was calibrated with");
        Assert.AreEqual("lenet5", evaluation.GetProperty("comparison").GetProperty("network").GetString());

        Images.Write(Path.Join(Folder, "some"), count: 30, seed: 1, ["zero"], ".png");
        var set = Run("predict", "--model", "calibrated.zip", "some", "--json").Expect(0).Json.GetProperty("predictions")[0];
        var threshold = calibration.GetProperty("setThreshold").GetDouble();
        Assert.AreEqual(set.GetProperty("top").EnumerateArray().Count(entry => entry.GetProperty("probability").GetDouble() >= threshold),
            Math.Min(5, set.GetProperty("set").GetArrayLength()));
        Assert.Contains("Holds the class of 90 %", Run("predict", "--model", "calibrated.zip", "some").Expect(0).Output);

        var table = Run("evaluate", "--model", "calibrated.zip", "--data", "digits:100", "--tta", "flip").Expect(0).Output;
        Assert.Contains("Sets that hold the class, of 90.0 % stated", table);
        Assert.Contains("lenet5, one look", table);
        Assert.Contains("Weight", Run("ensemble", "m1.zip", "m2.zip", "--weights", "3,1", "--out", "w.zip").Expect(0).Output);
        Assert.Contains("Calibration error", Run("calibrate", "--model", "m1.zip", "--data", "digits:100", "--out", "c.zip").Expect(0).Output);
    }

    /// <summary>
    /// Protects the way from a model to one for images of another kind: from a folder without classes, with labels for nothing; and what it says where that
    /// cannot be.
    /// </summary>
    [TestMethod]
    public void A_model_is_adapted_to_unlabeled_images()
    {
        Images.Write(Path.Join(Folder, "data"), count: 250, seed: 1, ["one", "two"], ".png");
        Run("train", "--data", "data", "--arch", "resnet20_cifar", "--epochs", "1", "--seed", "1", "--out", "m.zip").Expect(0);
        Directory.CreateDirectory(Path.Join(Folder, "album", "deep"));
        foreach (var (i, file) in Directory.GetFiles(Path.Join(Folder, "data", "one")).Index())
            File.Copy(file, Path.Join(Folder, "album", i % 2 == 0 ? "deep" : "", $"{i}.png"));
        var adapted = Run("adapt", "--model", "m.zip", "--data", "album", "--source-images", "16", "--out", "a.zip", "--json").Expect(0).Json;
        AssertProperties(adapted, "badImages", "model");
        Assert.AreEqual("a.zip", adapted.GetProperty("model").GetString());
        var (before, after) = (Evaluate("m.zip"), Evaluate("a.zip"));
        Assert.AreNotEqual(before.GetProperty("logLoss").GetDouble(), after.GetProperty("logLoss").GetDouble());
        Assert.Contains("mlcnn evaluate --model b.zip", Run("adapt", "--model", "m.zip", "--data", "data", "--out", "b.zip").Expect(0).Output);

        File.WriteAllText(Path.Join(Folder, "album", "bad.png"), "no image");
        Assert.Contains("bad.png", Run("adapt", "--model", "m.zip", "--data", "album", "--source-images", "16", "--out", "c.zip").Expect(1).Error);
        var skipped = Run("adapt", "--model", "m.zip", "--data", "album", "--source-images", "16", "--on-bad-image", "skip", "--out", "c.zip", "--json");
        Assert.AreEqual(1, skipped.Expect(0).Json.GetProperty("badImages").GetInt32());
        Assert.Contains("give 32 or more", Run("adapt", "--model", "m.zip", "--data", "album", "--on-bad-image", "skip", "--out", "d.zip").Expect(1).Error);
        Assert.IsFalse(File.Exists(Path.Join(Folder, "d.zip")));

        JsonElement Evaluate(string model) => Run("evaluate", "--model", model, "--data", "data", "--json").Expect(0).Json;
    }

    /// <summary>Protects from an ensemble of what does not belong together, and from options that say nothing.</summary>
    [TestMethod]
    public void What_cannot_be_put_together_is_said()
    {
        Images.Write(Path.Join(Folder, "a"), count: 40, seed: 1, ["one", "two"], ".png");
        Images.Write(Path.Join(Folder, "b"), count: 40, seed: 1, ["one", "three"], ".png");
        foreach (var name in (string[])["a", "b"])
            Run("train", "--data", name, "--arch", "lenet5", "--epochs", "1", "--seed", "1", "--out", $"{name}.zip").Expect(0);
        Run("ensemble", "a.zip", "a.zip", "--out", "twice.zip").Expect(0);

        var other = Run("ensemble", "a.zip", "b.zip", "--out", "e.zip").Expect(1).Error;
        Assert.Contains("does not know 'two'", other);
        Assert.IsFalse(File.Exists(Path.Join(Folder, "e.zip")));
        Assert.Contains("ensemble already", Run("ensemble", "twice.zip", "a.zip", "--out", "e.zip").Expect(1).Error);
        Assert.Contains("exclude each other", Run("ensemble", "a.zip", "a.zip", "--weights", "1,1", "--fit-weights", "a", "--out", "e.zip").Expect(2).Error);
        Assert.Contains("2 weights, not 3", Run("ensemble", "a.zip", "a.zip", "--weights", "1,1,1", "--out", "e.zip").Expect(1).Error);
        Assert.Contains("--keep-probabilities", Run("calibrate", "--model", "a.zip", "--data", "a", "--keep-probabilities", "--out", "c.zip").Expect(2).Error);
        Assert.Contains("'three'", Run("calibrate", "--model", "a.zip", "--data", "b", "--out", "c.zip").Expect(1).Error);
        Assert.Contains("--coverage", Run("calibrate", "--model", "a.zip", "--data", "a", "--coverage", "90", "--out", "c.zip").Expect(2).Error);
        Assert.Contains("ensemble of several networks", Run("summary", "--model", "twice.zip").Expect(1).Error);
    }
}
