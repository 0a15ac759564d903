using System.Text.Json;

namespace MlCnn.Cli.Tests;

/// <summary>mlcnn data with --folds, --model, --validation and --report, and training with what it wrote.</summary>
[TestClass]
public sealed class DataProblemTests : CliTest
{
    private static readonly string[] s_classes = ["null", "eins", "zwei [2]"];

    /// <summary>From a folder to a report, and from the report to a training without the images that it names.</summary>
    [TestMethod]
    public void Findings_go_from_the_report_into_a_training()
    {
        Images.Write(Path.Join(Folder, "data"), 200, seed: 1, s_classes, ".png");
        Images.Write(Path.Join(Folder, "other"), 20, seed: 2, s_classes, ".png");
        var (first, wrong) = (Path.Join("eins", "image.png"), Path.Join("zwei [2]", "copy.png"));
        File.Move(Directory.GetFiles(Path.Join(Folder, "data", "eins"))[0], Path.Join(Folder, "data", first));
        File.Copy(Path.Join(Folder, "data", first), Path.Join(Folder, "data", wrong));
        File.Copy(Directory.GetFiles(Path.Join(Folder, "other", "null"))[0], Path.Join(Folder, "data", "null", "leak.png"));
        File.WriteAllText(Path.Join(Folder, "data", "null", "x.jpg"), "no image");

        var run = Run("data", "data", "--folds", "2", "--arch", "lenet5", "--image-size", "28", "--epochs", "2", "--validation", "other",
            "--report", "report", "--json").Expect(0);
        Assert.Contains("Training fold 2 of 2", run.Error);
        var quality = run.Json.GetProperty("quality");
        AssertProperties(quality, "images", "validationImages", "classes", "probabilities", "agreement", "estimatedLabelErrors", "problems",
            "confusedClasses", "notes");
        Assert.AreEqual("outOfFold", quality.GetProperty("probabilities").GetString());
        AssertFinding(quality, "conflictingDuplicate", "eins/image.png", "exclude");
        AssertFinding(quality, "conflictingDuplicate", "zwei [2]/copy.png", "exclude");
        AssertFinding(quality, "leak", "null/leak.png", "exclude");
        AssertFinding(quality, "unreadable", "null/x.jpg", "exclude");
        Assert.AreEqual(JsonSerializer.Serialize(quality), JsonSerializer.Serialize(JsonSerializer.Deserialize<JsonElement>(
            File.ReadAllText(Path.Join(Folder, "report", "problems.json")))));

        var page = File.ReadAllText(Path.Join(Folder, "report", "report.html"));
        Assert.Contains("data:image/png;base64,", page);
        Assert.Contains("zwei [2]/copy.png", page);
        Assert.DoesNotContain(Path.Join(Folder, "data"), page, "the page can be moved with the images");

        var list = Path.Join(Folder, "list.csv");
        File.WriteAllLines(list, ["file,class,proposed,action", "zwei [2]/copy.png,zwei [2],eins,relabel", "null/leak.png,null,,exclude",
            "null/x.jpg,null,,exclude", "null/gone.png,null,,exclude"]);
        string[] train = ["train", "--data", "data", "--arch", "lenet5", "--image-size", "28", "--epochs", "1", "--out", "model.zip", "--json"];
        Assert.Contains("x.jpg", Run(train).Expect(1).Error);
        var plain = Run([.. train, "--exclude", Path.Join("report", "problems.csv")]).Expect(0);
        Assert.Contains("--exclude leaves out", plain.Error);
        var excluded = plain.Json.GetProperty("excluded").GetInt32();
        Assert.IsGreaterThanOrEqualTo(4, excluded);
        Assert.AreEqual(quality.GetProperty("images").GetInt32() - excluded, plain.Json.GetProperty("images").GetInt32());

        var both = Run([.. train, "--exclude", list, "--relabel", list]).Expect(0);
        Assert.AreEqual(2, both.Json.GetProperty("excluded").GetInt32());
        Assert.AreEqual(1, both.Json.GetProperty("relabeled").GetInt32());
        Assert.Contains("--relabel gives another class to 1 image", both.Error);
        Assert.Contains("1 image of the lists, such as 'null/gone.png'", both.Error);
    }

    /// <summary>A saved model takes the place of folds, in words as in JSON.</summary>
    [TestMethod]
    public void A_model_judges_labels_and_the_tables_say_so()
    {
        Run("train", "--data", "digits:300", "--arch", "lenet5", "--epochs", "1", "--seed", "1", "--out", "model.zip").Expect(0);
        var tables = Run("data", "digits:60", "--model", "model.zip").Expect(0);
        foreach (var text in (string[])["Probable label errors", "Hard to tell apart", "Labels that the networks agree with"])
            Assert.Contains(text, tables.Output);
        Assert.Contains("finds fewer", tables.Error);
    }

    [TestMethod]
    public void Options_that_need_each_other_say_so()
    {
        Assert.Contains("name one with --arch", Run("data", "digits:20", "--folds", "2").Expect(2).Error);
        Assert.Contains("say how many folds", Run("data", "digits:20", "--arch", "lenet5").Expect(2).Error);
        Assert.Contains("must both be images in files", Run("data", "digits:20", "--validation", "data.tar").Expect(2).Error);
        Assert.Contains("there is no file 'x.zip'", Run("data", "digits:20", "--model", "x.zip").Expect(1).Error);
        Assert.Contains("at least 2", Run("data", "digits:20", "--folds", "1").Expect(2).Error);
        Assert.Contains("x.csv", Run("train", "--data", "digits:20", "--arch", "lenet5", "--exclude", "x.csv", "--out", "model.zip").Expect(1).Error);
    }

    private static void AssertFinding(JsonElement quality, string kind, string file, string action) =>
        Assert.IsTrue(quality.GetProperty("problems").EnumerateArray().Any(problem => problem.GetProperty("kind").GetString() == kind
            && problem.GetProperty("file").GetString() == file && problem.GetProperty("action").GetString() == action), $"{kind} {file}: {quality}");
}
