namespace MlCnn.Cli.Tests;

/// <summary>Trainings that are more than one pass after the other over labeled images: folds, and images without labels.</summary>
[TestClass]
public sealed class TrainingFormsTests : CliTest
{
    /// <summary>Protects the way from images to an ensemble: what folds came to is told, all is one model, and an interrupted command goes on.</summary>
    [TestMethod]
    public void Folds_become_one_model()
    {
        string[] train = ["train", "--data", "digits:120", "--arch", "lenet5", "--epochs", "1", "--seed", "1", "--folds", "3", "--checkpoint", "kept",
            "--log", "logs", "--resume", "--out", "m.zip"];
        var result = Run([.. train, "--json"]).Expect(0);
        AssertProperties(result.Json, "folds", "microAccuracy", "logLoss", "classes", "model");
        var folds = result.Json.GetProperty("folds").EnumerateArray().ToArray();
        CollectionAssert.AreEqual((int[])[40, 40, 40], folds.Select(fold => fold.GetProperty("images").GetInt32()).ToArray());
        Assert.AreEqual(folds.Average(fold => fold.GetProperty("microAccuracy").GetDouble()), result.Json.GetProperty("microAccuracy").GetDouble(), 1e-9);
        Assert.Contains("Fold 3 of 3: accuracy", result.Error);
        Assert.IsTrue(File.Exists(Path.Join(Folder, "logs", "fold-3", "report.html")));
        var again = Run(train).Expect(0);
        Assert.Contains("Saved ensemble of lenet5, lenet5, lenet5", again.Output);
        Assert.DoesNotContain("Epoch 1", again.Error, "all folds were over");
        var evaluation = Run("evaluate", "--model", "m.zip", "--data", "digits:50", "--json").Expect(0).Json;
        Assert.IsGreaterThan(0, evaluation.GetProperty("microAccuracy").GetDouble());
        Assert.Contains("--folds must be a whole number of at least 2", Run("train", "--data", "digits:120", "--arch", "lenet5", "--folds", "1",
            "--out", "n.zip").Expect(2).Error);
    }

    /// <summary>Protects who has a folder of images that nobody has sorted.</summary>
    [TestMethod]
    public void Images_without_labels_are_learned_too()
    {
        Images.Write(Path.Join(Folder, "data"), count: 100, seed: 1, ["one", "two"], ".png");
        Directory.CreateDirectory(Path.Join(Folder, "album", "deep"));
        foreach (var (i, file) in Directory.GetFiles(Path.Join(Folder, "data", "one")).Index())
            File.Copy(file, Path.Join(Folder, "album", i % 2 == 0 ? "deep" : "", $"{i}.png"));
        string[] train = ["train", "--data", "data", "--arch", "lenet5", "--epochs", "2", "--seed", "1", "--image-size", "28"];
        Run([.. train, "--out", "alone.zip"]).Expect(0);
        Run([.. train, "--unlabeled", "album", "--pseudo-threshold", "0.1", "--pseudo-ratio", "2", "--out", "both.zip"]).Expect(0);
        var scores = new[] { "alone.zip", "both.zip" }.Select(model =>
            Run("evaluate", "--model", model, "--data", "data", "--json").Expect(0).Json.GetProperty("logLoss").GetDouble()).ToArray();
        Assert.AreNotEqual(scores[0], scores[1]);

        Assert.Contains("give them with --unlabeled", Run([.. train, "--pseudo-ratio", "2", "--out", "c.zip"]).Expect(2).Error);
        Assert.Contains("--data and --unlabeled must both be", Run([.. train, "--unlabeled", "digits:20", "--out", "c.zip"]).Expect(2).Error);
        Directory.CreateDirectory(Path.Join(Folder, "empty"));
        Assert.Contains("holds no images", Run([.. train, "--unlabeled", "empty", "--out", "c.zip"]).Expect(1).Error);
        Assert.Contains("There is no folder 'missing'", Run([.. train, "--unlabeled", "missing", "--out", "c.zip"]).Expect(1).Error);
    }
}
