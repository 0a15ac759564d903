using System.IO.Compression;
using System.Text.Json;

namespace MlCnn.Cli.Tests;

/// <summary>Scoring what people have: folders with broken images in them, and networks whose weights broke in training.</summary>
[TestClass]
public sealed class ScoringTests : CliTest
{
    private static readonly string[] s_classes = ["zero", "one"];

    [TestMethod]
    public void A_folder_stands_for_its_images_and_a_bad_one_costs_only_itself()
    {
        Train();
        var image = Directory.GetFiles(Path.Join(Folder, "data", "one"))[0];
        Directory.CreateDirectory(Path.Join(Folder, "album", "b"));
        foreach (var name in (string[])["image 10.png", "image 9.png", "b/1.PNG"])
            File.Copy(image, Path.Join(Folder, "album", name));
        File.WriteAllText(Path.Join(Folder, "album", "bad.jpg"), "no image");
        File.WriteAllText(Path.Join(Folder, "album", "notes.txt"), "no image either, by its name");

        var skipped = Run("predict", "--model", "m.zip", "album", "--json").Expect(0);
        CollectionAssert.AreEqual((string[])["b/1.PNG", "image 9.png", "image 10.png"],
            skipped.Json.GetProperty("predictions").EnumerateArray().Select(p => Path.GetRelativePath("album", p.GetProperty("file").GetString()!)).ToArray());
        var bad = skipped.Json.GetProperty("badImages");
        Assert.AreEqual(1, bad.GetArrayLength());
        AssertProperties(bad[0], "file", "reason");
        Assert.AreEqual(Path.Join("album", "bad.jpg"), bad[0].GetProperty("file").GetString());
        Assert.Contains("1 of 4 images cannot be used", skipped.Error);

        var table = Run("predict", "--model", "m.zip", "album").Expect(0).Output;
        Assert.Contains("not scored: ", table);
        Assert.AreEqual("", Run("predict", "--model", "m.zip", "album", "--on-bad-image", "fail", "--json").Expect(1).Output);

        var none = Run("predict", "--model", "m.zip", "album/bad.jpg", "missing.png", "--json").Expect(1);
        Assert.AreEqual(0, none.Json.GetProperty("predictions").GetArrayLength());
        Assert.AreEqual(2, none.Json.GetProperty("badImages").GetArrayLength());
        Assert.Contains("No image could be scored", none.Error);
        Directory.CreateDirectory(Path.Join(Folder, "empty"));
        Assert.Contains("'empty' holds no images", Run("predict", "--model", "m.zip", "empty").Expect(1).Error);
    }

    [TestMethod]
    public void An_evaluation_without_its_bad_images_is_that_of_the_others()
    {
        Train();
        var whole = Run("evaluate", "--model", "m.zip", "--data", "data", "--json").Expect(0).Output;
        File.WriteAllText(Path.Join(Folder, "data", "one", "bad.png"), "no image");
        File.WriteAllText(Path.Join(Folder, "data", "zero", "0.png"), "");
        Run("evaluate", "--model", "m.zip", "--data", "data", "--json").Expect(1);

        var skipped = Run("evaluate", "--model", "m.zip", "--data", "data", "--json", "--on-bad-image", "skip").Expect(0);
        Assert.StartsWith(whole[..whole.IndexOf("\"badImages\"", StringComparison.Ordinal)], skipped.Output);
        Assert.AreEqual(2, skipped.Json.GetProperty("badImages").GetArrayLength());
        Assert.Contains("Left out", Run("evaluate", "--model", "m.zip", "--data", "data", "--on-bad-image", "skip").Expect(0).Output);
    }

    /// <summary>Protects who trades accuracy for speed: the command says what the choice gains and costs, and beside which numbers.</summary>
    [TestMethod]
    public void An_evaluation_in_another_precision_or_of_several_views_is_compared()
    {
        Train();
        var plain = Run("evaluate", "--model", "m.zip", "--data", "data", "--json").Expect(0).Json;
        Assert.AreEqual(JsonValueKind.Null, plain.GetProperty("comparison").ValueKind);
        Assert.AreEqual("float32", plain.GetProperty("precision").GetString());
        Assert.IsGreaterThan(0, plain.GetProperty("millisecondsPerImage").GetDouble());

        foreach (var choice in (string[][])[["--precision", "auto"], ["--tta", "ten"]])
        {
            var compared = Run(["evaluate", "--model", "m.zip", "--data", "data", "--json", .. choice]).Expect(0).Json.GetProperty("comparison");
            Assert.AreEqual(plain.GetProperty("microAccuracy").GetDouble(), compared.GetProperty("microAccuracy").GetDouble());
            Assert.AreEqual(plain.GetProperty("logLoss").GetDouble(), compared.GetProperty("logLoss").GetDouble(), 1e-6);
            Assert.IsGreaterThanOrEqualTo(0, compared.GetProperty("sameAnswers").GetDouble());
            Assert.IsGreaterThan(0, compared.GetProperty("millisecondsPerImage").GetDouble());
        }
        var table = Run("evaluate", "--model", "m.zip", "--data", "data", "--tta", "flip+logits").Expect(0).Output;
        Assert.Contains("Gain and cost", table);
        Assert.Contains("The same answer", table);
        Assert.Contains("--precision", Run("evaluate", "--model", "m.zip", "--data", "data", "--precision", "int3").Expect(2).Error);
        Assert.Contains("grid3", Run("evaluate", "--model", "m.zip", "--data", "data", "--tta", "six").Expect(2).Error);
    }

    /// <summary>Protects from numbers that mean nothing: a network whose weights hold NaN is told, in words and in JSON that can be read.</summary>
    [TestMethod]
    public void An_output_that_is_not_finite_is_said_so()
    {
        Train();
        using (var model = ZipFile.OpenRead(Path.Join(Folder, "m.zip")))
            model.Entries.Single(entry => entry.Name == "weights.safetensors").ExtractToFile(Path.Join(Folder, "w.safetensors"));
        var weights = File.ReadAllBytes(Path.Join(Folder, "w.safetensors"));
        BitConverter.GetBytes(float.NaN).CopyTo(weights, weights.Length - sizeof(float));
        File.WriteAllBytes(Path.Join(Folder, "w.safetensors"), weights);
        File.WriteAllText(Path.Join(Folder, "labels.txt"), "one\nzero");
        Run("import", "--arch", "lenet5", "--weights", "w.safetensors", "--labels", "labels.txt", "--out", "nan.zip").Expect(0);

        var predicted = Run("predict", "--model", "nan.zip", "data", "--json").Expect(1);
        Assert.Contains("output is not finite", predicted.Error);
        var evaluated = Run("evaluate", "--model", "nan.zip", "--data", "data", "--json").Expect(1);
        Assert.Contains("output is not finite", evaluated.Error);
        foreach (var result in (CliResult[])[predicted, evaluated])
        {
            Assert.DoesNotContain("serial", result.Error);
            if (result.Output.Length > 0)
                Assert.AreEqual(20, result.Json.GetProperty("badImages").GetArrayLength());
        }
        Assert.DoesNotContain("%", Run("predict", "--model", "nan.zip", "data").Expect(1).Output);
        Assert.DoesNotContain("Log loss", Run("evaluate", "--model", "nan.zip", "--data", "data").Expect(1).Output);
    }

    private void Train()
    {
        Images.Write(Path.Join(Folder, "data"), count: 100, seed: 1, s_classes, ".png");
        Run("train", "--data", "data", "--arch", "lenet5", "--epochs", "1", "--batch-size", "4", "--optimizer", "adam", "--seed", "1", "--out", "m.zip")
            .Expect(0);
    }
}
