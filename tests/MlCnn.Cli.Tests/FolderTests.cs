namespace MlCnn.Cli.Tests;

/// <summary>Folders of image files with names that people give.</summary>
[TestClass]
public sealed class FolderTests : CliTest
{
    private static readonly string[] s_classes = ["Äpfel & Birnen", "[red] cats", "日本 犬"];

    [TestMethod]
    public void Train_evaluate_and_predict_on_files_with_awkward_names()
    {
        Images.Write(Path.Join(Folder, "my images"), count: 300, seed: 1, s_classes, ".jpg");
        Images.Write(Path.Join(Folder, "others"), count: 60, seed: 2, s_classes, ".png");
        var training = Run("train", "--data", "my images", "--validation", "others", "--arch", "lenet5", "--epochs", "3", "--batch-size", "16",
            "--optimizer", "adam", "--out", "mein modell.zip", "--json").Expect(0).Json;
        Assert.AreEqual(90, training.GetProperty("images").GetInt32());
        Assert.AreEqual("mein modell.zip", training.GetProperty("model").GetString());
        CollectionAssert.AreEquivalent(s_classes, training.GetProperty("classes").EnumerateArray().Select(c => c.GetString()).ToArray());

        var evaluation = Run("evaluate", "--model", "mein modell.zip", "--data", "others", "--json").Expect(0).Json;
        Assert.AreEqual(18, evaluation.GetProperty("images").GetInt32());
        Assert.AreEqual(1, evaluation.GetProperty("top5Accuracy").GetDouble(), 1e-12, "three classes, all of them among the best five");
        Assert.Contains("[red] cats", Run("evaluate", "--model", "mein modell.zip", "--data", "others").Expect(0).Output);

        string[] names = ["-x.png", "ein Bild ñ [1].png", "@list.png"];
        foreach (var name in names)
            File.Copy(Directory.GetFiles(Path.Join(Folder, "others", s_classes[0]))[0], Path.Join(Folder, name));
        var predictions = Run(["predict", "--model", "mein modell.zip", "--json", "--", .. names]).Expect(0).Json.GetProperty("predictions");
        CollectionAssert.AreEqual(names, predictions.EnumerateArray().Select(p => p.GetProperty("file").GetString()).ToArray());
        var table = Run(["predict", "--model", "mein modell.zip", "--top", "1", "--", .. names]).Expect(0).Output;
        foreach (var name in names)
            Assert.Contains(name, table);

        var bad = Run(["predict", "--model", "mein modell.zip", "--json", "--on-bad-image", "fail", "missing.png", "ein Bild ñ [1].png", "mein modell.zip"])
            .Expect(1);
        Assert.AreEqual("", bad.Output);
        Assert.Contains("2 images cannot be used", bad.Error);
        Assert.Contains("missing.png: ", bad.Error);
        Assert.Contains("mein modell.zip: ", bad.Error);

        Directory.CreateDirectory(Path.Join(Folder, "others", "dogs"));
        File.Copy(Path.Join(Folder, "-x.png"), Path.Join(Folder, "others", "dogs", "1.png"));
        var unknown = Run("evaluate", "--model", "mein modell.zip", "--data", "others").Expect(1).Error;
        Assert.Contains("'dogs'", unknown);
        Assert.Contains("'日本 犬'", unknown);
    }

    [TestMethod]
    public void Bad_images_end_the_training_or_are_left_out_and_are_named_either_way()
    {
        Images.Write(Path.Join(Folder, "data"), count: 100, seed: 1, s_classes, ".png");
        foreach (var name in (string[])["1.jpg", "2.png"])
            File.WriteAllText(Path.Join(Folder, "data", s_classes[0], name), "no image");
        string[] train = ["train", "--data", "data", "--arch", "lenet5", "--epochs", "1", "--out", "m.zip", "--json"];

        var failed = Run(train).Expect(1).Error;
        Assert.Contains("2 images cannot be used", failed);
        Assert.Contains(Path.Join(s_classes[0], "1.jpg"), failed);
        Assert.Contains(Path.Join(s_classes[0], "2.png"), failed);
        Assert.IsFalse(File.Exists(Path.Join(Folder, "m.zip")));

        var skipped = Run([.. train, "--on-bad-image", "skip"]).Expect(0);
        Assert.AreEqual(30, skipped.Json.GetProperty("images").GetInt32());
        Assert.Contains(Path.Join(s_classes[0], "2.png"), skipped.Error);

        // Left out of the training or not: an evaluation of other images than were asked for must be asked for.
        var evaluation = Run("evaluate", "--model", "m.zip", "--data", "data", "--json").Expect(1);
        Assert.Contains("2 images cannot be used", evaluation.Error);
        Assert.AreEqual("", evaluation.Output);
    }
}
