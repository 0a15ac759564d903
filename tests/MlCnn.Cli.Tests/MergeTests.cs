using System.Text.Json.Nodes;

namespace MlCnn.Cli.Tests;

/// <summary>Shards of 'mlcnn score', and what 'mlcnn merge' makes of them or refuses to.</summary>
[TestClass]
public sealed class MergeTests : BulkScoringTest
{
    /// <summary>Protects the whole: shards together have every image once, in the order and with the numbers of a run without shards.</summary>
    [TestMethod]
    [DataRow("s.csv")]
    [DataRow("s.jsonl")]
    [DataRow("s.parquet")]
    public void Shards_together_are_the_whole(string name)
    {
        var whole = "whole" + Path.GetExtension(name);
        Score("digits:500", whole).Expect(0);
        for (var number = 1; number <= 3; number++)
            Score("digits:500", name, "--shard", FormattableString.Invariant($"{number}/3")).Expect(0);
        var merged = Run("merge", "--out", name, "--json").Expect(0);
        AssertProperties(merged.Json, "file", "shards", "images", "scored", "bad", "notFinite");

        var (expected, actual) = (ReadRows(whole), ReadRows(name));
        Assert.HasCount(500, actual);
        foreach (var (one, other) in expected.Zip(actual))
        {
            Assert.AreEqual(one.Image, other.Image);
            Assert.AreEqual(one.Label, other.Label);
            Assert.AreEqual(one.Probability!.Value, other.Probability!.Value, 1e-6f);
            CollectionAssert.AreEqual(one.Top.Select(entry => entry.Label).ToArray(), other.Top.Select(entry => entry.Label).ToArray());
        }
        Assert.Contains("Nothing was left to do", Score("digits:500", name).Expect(0).Error);
    }

    /// <summary>Protects from a file that looks whole: whatever is wrong with the shards is said, and nothing is written.</summary>
    [TestMethod]
    public void What_is_not_all_of_one_run_is_refused_by_name()
    {
        Assert.Contains("There are no shards 's-K-of-N.csv'", Merge());
        ScoreShard(1);
        ScoreShard(3);
        Assert.Contains("1 of 3 shards missing: 2.", Merge());
        ScoreShard(2, "--top", "1");
        Assert.Contains("'s-1-of-3.csv' and 's-2-of-3.csv' are not of the same run. What differs: --top (5 in 's-1-of-3.csv', 1 in 's-2-of-3.csv').", Merge());
        ScoreShard(2, "--restart");

        foreach (var ending in (string[])["", ".progress.json"])
            File.Copy(Path.Join(Folder, "s-2-of-3.csv" + ending), Path.Join(Folder, "copy.csv" + ending));
        Assert.Contains("Shard 2/3 is there more than once: 's-2-of-3.csv', 'copy.csv'",
            Merge("s-1-of-3.csv", "s-2-of-3.csv", "s-3-of-3.csv", "copy.csv"));

        var progress = Path.Join(Folder, "s-3-of-3.csv.progress.json");
        var finished = File.ReadAllText(progress);
        var unfinished = JsonNode.Parse(finished)!.AsObject();
        (unfinished["finished"], unfinished["done"]) = (null, 64);
        File.WriteAllText(progress, unfinished.ToJsonString());
        Assert.Contains("Shard 3/3, 's-3-of-3.csv', is not finished: 64 of 100 images", Merge());
        File.Move(Path.Join(Folder, "s-3-of-3.csv"), Path.Join(Folder, "s-3-of-3.csv.unfinished"));
        Assert.Contains("Shard 3/3, 's-3-of-3.csv', is not finished", Merge());
        File.WriteAllText(progress, finished);
        Assert.Contains("Shard 3/3, 's-3-of-3.csv', was finished, and the file is missing", Merge());
        File.Move(Path.Join(Folder, "s-3-of-3.csv.unfinished"), Path.Join(Folder, "s-3-of-3.csv"));

        Score("digits:300", "s.csv", "--shard", "4/4").Expect(0);
        Assert.Contains("the number of shards (3 in 's-1-of-3.csv', 4 in 's-4-of-4.csv')", Merge());
        File.Delete(Path.Join(Folder, "s-4-of-4.csv"));
        File.Delete(Path.Join(Folder, "s-4-of-4.csv.progress.json"));
        File.AppendAllText(Path.Join(Folder, "s-1-of-3.csv"), "1");
        Assert.Contains("Shard 1/3, 's-1-of-3.csv', was changed or damaged", Merge());
        ScoreShard(1, "--restart");
        Assert.IsFalse(File.Exists(Path.Join(Folder, "s.csv")));
        Run("merge", "--out", "s.csv").Expect(0);

        void ScoreShard(int number, params string[] options) =>
            Score("digits:300", "s.csv", [.. options, "--shard", FormattableString.Invariant($"{number}/3")]).Expect(0);

        string Merge(params string[] shards)
        {
            var result = Run(["merge", .. shards, "--out", "s.csv"]).Expect(1);
            Assert.IsFalse(File.Exists(Path.Join(Folder, "s.csv")));
            return result.Error;
        }
    }
}
