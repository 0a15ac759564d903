using System.Text.Json;

namespace MlCnn.Cli.Tests;

/// <summary>What 'mlcnn evaluate' makes of scores that are there already.</summary>
[TestClass]
public sealed class ScoreEvaluationTests : BulkScoringTest
{
    private static readonly string[] s_measures = ["images", "microAccuracy", "macroAccuracy", "logLoss", "calibrationError"];

    /// <summary>Protects evaluation in shards: merged, they come to the numbers of one process, bad images among them, whatever the format.</summary>
    [TestMethod]
    [DataRow("s.csv")]
    [DataRow("s.parquet")]
    public void Shards_come_to_the_numbers_of_one_process(string name)
    {
        Images.Write(Path.Join(Folder, "test"), count: 150, seed: 5, [Awkward, "日本 犬", "two"], ".png");
        File.WriteAllText(Path.Join(Folder, "test", "two", "zz.png"), "no image");
        File.Copy(Directory.GetFiles(Path.Join(Folder, "test", "two"), "*.png")[0], Path.Join(Folder, "test", "of no class.png"));
        for (var number = 1; number <= 2; number++)
            Score("test", name, "--top", "3", "--shard", FormattableString.Invariant($"{number}/2")).Expect(0);
        Run("merge", "--out", name).Expect(0);
        var expected = Evaluate("test", "--on-bad-image", "skip").Expect(0).Json;
        var result = Evaluate("test", "--on-bad-image", "skip", "--scores", name).Expect(0);
        foreach (var measure in s_measures)
            Assert.AreEqual(expected.GetProperty(measure).GetDouble(), result.Json.GetProperty(measure).GetDouble(), 1e-6, measure);
        Assert.IsGreaterThan(30, result.Json.GetProperty("images").GetInt64());
        Assert.AreEqual("float32", result.Json.GetProperty("precision").GetString());
        Assert.AreEqual(JsonValueKind.Null, result.Json.GetProperty("millisecondsPerImage").ValueKind);
        Assert.AreEqual(1, result.Json.GetProperty("badImages").GetArrayLength());
        Assert.Contains("1 rows of", result.Error);
        Assert.Contains("zz.png", Evaluate("test", "--scores", name).Expect(1).Error, "a bad image is an error unless it is skipped");
        Assert.DoesNotContain("Milliseconds",
            Run("evaluate", "--model", "m.zip", "--data", "test", "--scores", name, "--on-bad-image", "skip").Expect(0).Output);
    }

    /// <summary>Protects images without names, which are told by their numbers.</summary>
    [TestMethod]
    public void Images_without_names_are_told_by_their_numbers()
    {
        Run("train", "--data", "digits:200", "--arch", "lenet5", "--epochs", "1", "--seed", "1", "--out", "d.zip").Expect(0);
        Run("score", "--model", "d.zip", "--data", "digits:90", "--out", "s.csv", "--top", "10").Expect(0);
        string[] evaluate = ["evaluate", "--model", "d.zip", "--data", "digits:90", "--json"];
        var (expected, actual) = (Run(evaluate).Expect(0).Json, Run([.. evaluate, "--scores", "s.csv", "--report", "r"]).Expect(0).Json);
        foreach (var measure in s_measures)
            Assert.AreEqual(expected.GetProperty(measure).GetDouble(), actual.GetProperty(measure).GetDouble(), 1e-6, measure);
        Assert.IsTrue(File.Exists(Path.Join(Folder, "r", "report.html")));
    }

    /// <summary>Protects from numbers of other images, of another model, or of a part.</summary>
    [TestMethod]
    public void Scores_of_something_else_are_refused()
    {
        Images.Write(Path.Join(Folder, "test"), count: 60, seed: 5, [Awkward, "日本 犬", "two"], ".png");
        Assert.Contains("There is no file 's.csv'", Refused("s.csv"));
        File.WriteAllText(Path.Join(Folder, "own.csv"), "image,label,probability,error\n");
        Assert.Contains("there is no 'own.csv.progress.json'", Refused("own.csv"));
        Score("test", "s.csv").Expect(0); // all three: there are no five
        Score("test", "few.csv", "--top", "2").Expect(0);
        Assert.Contains("has 2 of the 3 classes of an image. Score with --top 3", Refused("few.csv"));
        Score("test", "part.csv", "--top", "3", "--shard", "1/2").Expect(0);
        Assert.Contains("is shard 1/2 alone", Refused("part-1-of-2.csv"));
        foreach (var option in (string[][])[["--tta", "flip"], ["--precision", "float32"], ["--against", "m.zip"]])
            Assert.Contains(option[0], Evaluate("test", ["--scores", "s.csv", .. option]).Expect(2).Error);
        Images.Write(Path.Join(Folder, "test"), count: 90, seed: 5, [Awkward, "日本 犬", "two"], ".png");
        Assert.Contains("has no row for", Refused("s.csv"));
        Run("train", "--data", "test", "--arch", "lenet5", "--epochs", "1", "--out", "m.zip").Expect(0);
        Assert.Contains("of another model", Refused("s.csv"));
        File.AppendAllText(Path.Join(Folder, "s.csv"), "more");
        Assert.Contains("'s.csv' was changed or damaged", Refused("s.csv"));
    }

    private string Refused(string scores) => Evaluate("test", "--scores", scores).Expect(1).Error;

    private CliResult Evaluate(string data, params string[] options) => Run(["evaluate", "--model", "m.zip", "--data", data, "--json", .. options]);
}
