using System.Text.Json;
using System.Text.Json.Nodes;

namespace MlCnn.Cli.Tests;

/// <summary>What 'mlcnn score' writes, and what it refuses to go on with.</summary>
[TestClass]
public sealed class BulkScoringTests : BulkScoringTest
{
    /// <summary>Protects whoever reads the files: whatever an image or a class is called, every format has what 'predict' says.</summary>
    [TestMethod]
    public void Every_format_reads_back_as_what_predict_says()
    {
        var album = Path.Join(Folder, "album");
        Images.Write(album, count: 60, seed: 2, ["b, c", "Ä \"x\""], ".png");
        var awkward = OperatingSystem.IsWindows() ? "äußeres, 'a'.png" : "two\nlines, \"a\".png";
        File.Move(Directory.GetFiles(Path.Join(album, "b, c"))[0], Path.Join(album, awkward));
        File.WriteAllText(Path.Join(album, "bad.jpg"), "no image");
        File.WriteAllText(Path.Join(album, "notes.txt"), "no image by its name");
        var predicted = Run("predict", "--model", "m.zip", "album", "--top", "2", "--json").Expect(0).Json;
        var expected = predicted.GetProperty("predictions").EnumerateArray().ToDictionary(
            entry => Path.GetRelativePath("album", entry.GetProperty("file").GetString()!).Replace('\\', '/'));

        foreach (var name in (string[])["s.csv", "s.jsonl", "s.parquet"])
        {
            var result = Score("album", name, "--top", "2", "--json").Expect(0);
            AssertProperties(result.Json, "file", "shard", "shards", "images", "done", "before", "scored", "bad", "notFinite", "finished", "seconds",
                "imagesPerSecond");
            Assert.Contains("1 of 13 images cannot be used", result.Error);
            var rows = ReadRows(name);
            Assert.HasCount(13, rows);
            var bad = rows.Single(row => row.Error is not null);
            Assert.AreEqual("bad.jpg", bad.Image);
            Assert.Contains(predicted.GetProperty("badImages")[0].GetProperty("reason").GetString()!, bad.Error!);
            Assert.IsNull(bad.Label);
            Assert.IsNull(bad.Probability);
            Assert.IsEmpty(bad.Top);
            foreach (var row in rows.Where(row => row.Error is null))
                AssertSame(expected[row.Image], row);
            CollectionAssert.AreEquivalent(expected.Keys, rows.Where(row => row.Error is null).Select(row => row.Image).ToArray());
            AssertNothingElse(name);
        }
        // The formats hold the same numbers, bit for bit.
        foreach (var (csv, json, parquet) in ReadRows("s.csv").Zip(ReadRows("s.jsonl"), ReadRows("s.parquet")))
        {
            CollectionAssert.AreEqual(csv.Top.ToArray(), json.Top.ToArray());
            CollectionAssert.AreEqual(csv.Top.ToArray(), parquet.Top.ToArray());
        }
        Assert.AreEqual("", Score("album", "strict.csv", "--on-bad-image", "fail").Expect(1).Output);
        Assert.IsFalse(File.Exists(Path.Join(Folder, "strict.csv")));
    }

    /// <summary>Protects from files that are half of one model's making and half of another's.</summary>
    [TestMethod]
    public void Another_model_other_images_and_other_options_are_refused_by_name()
    {
        Images.Write(Path.Join(Folder, "data"), count: 40, seed: 2, ["a", "b"], ".png");
        Score("data", "s.csv").Expect(0);
        var before = Bytes("s.csv");
        Assert.Contains("Nothing was left to do", Score("data", "s.csv").Expect(0).Error);

        AssertRefused("--top (5 then, 3 now)", "--top", "3");
        AssertRefused("--tta (as the model was saved then, five+flip now)", "--tta", "ten");
        AssertRefused("--precision (as the model was saved then, bfloat16 now)", "--precision", "bfloat16");
        AssertRefused("the format (Csv then, JsonLines now)", "--format", "jsonl");
        var model = Bytes("m.zip");
        File.WriteAllBytes(Path.Join(Folder, "m.zip"), [.. model, 0]);
        AssertRefused("the model (SHA-256 ");
        File.WriteAllBytes(Path.Join(Folder, "m.zip"), model);
        var image = Directory.GetFiles(Path.Join(Folder, "data", "a"))[0];
        File.AppendAllText(image, "longer");
        AssertRefused("the data (files of other sizes)");
        File.Move(image, Path.Join(Folder, "data", "a", "another.png"));
        AssertRefused("with other names");
        File.Delete(Path.Join(Folder, "data", "a", "another.png"));
        AssertRefused("the data (8 images then, 7 now)");

        Assert.AreEqual(7, Score("data", "s.csv", "--top", "3", "--restart", "--json").Expect(0).Json.GetProperty("images").GetInt32());
        File.Delete(Path.Join(Folder, "s.csv.progress.json"));
        Assert.Contains("--restart", Score("data", "s.csv", "--top", "3").Expect(1).Error);

        void AssertRefused(string why, params string[] options)
        {
            var refused = Score("data", "s.csv", options).Expect(1).Error;
            Assert.Contains("was begun with something else", refused);
            Assert.Contains(why, refused);
            Assert.Contains("--restart", refused);
            CollectionAssert.AreEqual(before, Bytes("s.csv"));
        }
    }

    /// <summary>Protects data that has no files: archives, lists and data sets of pixels have the rows that 'evaluate' measures, under their names.</summary>
    [TestMethod]
    public void Archives_lists_and_pixels_are_scored_as_folders_are()
    {
        Images.Write(Path.Join(Folder, "data"), count: 60, seed: 2, ["a", "b"], ".png");
        System.Formats.Tar.TarFile.CreateFromDirectory(Path.Join(Folder, "data"), Path.Join(Folder, "d.tar"), includeBaseDirectory: false);
        var files = Directory.GetFiles(Path.Join(Folder, "data"), "*", SearchOption.AllDirectories).Select(file => Path.GetRelativePath(Folder, file));
        File.WriteAllLines(Path.Join(Folder, "l.csv"), ["path,label", .. files.Select(file => file + ",a"), "missing.png,b"]);

        Score("data", "folder.csv").Expect(0);
        Score("d.tar", "archive.csv").Expect(0);
        Score("l.csv", "list.jsonl").Expect(0);
        var folder = ReadRows("folder.csv").ToDictionary(row => row.Image, row => row.Probability);
        CollectionAssert.AreEquivalent(folder, ReadRows("archive.csv").ToDictionary(row => row.Image, row => row.Probability));
        var list = ReadRows("list.jsonl");
        Assert.AreEqual("missing.png", list.Single(row => row.Error is not null).Image);
        CollectionAssert.AreEquivalent(folder.Keys.Select(name => "data/" + name).ToArray(),
            list.Where(row => row.Error is null).Select(row => row.Image).ToArray());

        Score("digits:300", "pixels.csv", "--shard", "2/2").Expect(0);
        CollectionAssert.AreEqual(Enumerable.Range(0, 150).Select(i => FormattableString.Invariant($"{2 * i + 1}")).ToArray(),
            ReadRows("pixels-2-of-2.csv").Select(row => row.Image).ToArray());
    }

    /// <summary>Protects from what is left between two steps: the last rows half written, or the file in place and not yet said to be.</summary>
    [TestMethod]
    [DataRow("s.csv")]
    [DataRow("s.parquet")]
    public void What_was_not_committed_is_cut_off_and_every_last_step_can_be_repeated(string name)
    {
        Score("digits:300", name).Expect(0);
        var whole = Bytes(name);

        // As if killed before the finished file was noted; of Parquet the rows are then still there.
        Edit(name, progress => progress["finished"] = null);
        if (name.EndsWith(".csv", StringComparison.Ordinal))
        {
            Score("digits:300", name).Expect(0);
            CollectionAssert.AreEqual(whole, Bytes(name));
            // As if killed after 128 images, in the middle of the next line.
            var lines = File.ReadAllLines(Path.Join(Folder, name));
            var committed = string.Concat(lines.Take(129).Select(line => line + Environment.NewLine));
            File.WriteAllText(Path.Join(Folder, name + ".unfinished"), committed + "128,\"ze");
            File.Delete(Path.Join(Folder, name));
            var bytes = System.Text.Encoding.UTF8.GetByteCount(committed);
            Edit(name, progress => (progress["finished"], progress["done"], progress["bytes"]) = (null, 128, bytes));
            Assert.AreEqual(128, Score("digits:300", name, "--json").Expect(0).Json.GetProperty("before").GetInt32());
            CollectionAssert.AreEqual(whole, Bytes(name));
            // Fewer bytes than were committed are no beginning.
            File.WriteAllText(Path.Join(Folder, name + ".unfinished"), "image,");
            Edit(name, progress => (progress["finished"], progress["done"]) = (null, 128));
        }
        var lost = Score("digits:300", name).Expect(1).Error;
        Assert.Contains("--restart", lost);
        Score("digits:300", name, "--restart").Expect(0);
        CollectionAssert.AreEqual(whole, Bytes(name));
    }

    private void Edit(string name, Action<JsonObject> change)
    {
        var path = Path.Join(Folder, name + ".progress.json");
        var progress = JsonNode.Parse(File.ReadAllText(path))!.AsObject();
        change(progress);
        File.WriteAllText(path, progress.ToJsonString());
    }

    private static void AssertSame(JsonElement predicted, ScoredRow row)
    {
        Assert.AreEqual(predicted.GetProperty("label").GetString(), row.Label);
        Assert.AreEqual(predicted.GetProperty("probability").GetSingle(), row.Probability!.Value, 1e-6f);
        var top = predicted.GetProperty("top").EnumerateArray().ToArray();
        Assert.HasCount(top.Length, row.Top);
        for (var i = 0; i < top.Length; i++)
        {
            Assert.AreEqual(top[i].GetProperty("label").GetString(), row.Top[i].Label);
            Assert.AreEqual(top[i].GetProperty("probability").GetSingle(), row.Top[i].Probability, 1e-6f);
        }
    }
}
