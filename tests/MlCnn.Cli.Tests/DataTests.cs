using System.Formats.Tar;
using System.IO.Compression;
using System.Text.Json;
using SkiaSharp;

namespace MlCnn.Cli.Tests;

/// <summary>mlcnn data and mlcnn augment, and every kind of source through all commands that take one.</summary>
[TestClass]
public sealed class DataTests : CliTest
{
    private static readonly string[] s_classes = ["null", "eins", "zwei [2]"];

    [TestMethod]
    public void Data_tells_what_is_in_a_folder()
    {
        WriteFolder("data", seed: 1);
        var (first, bad, copy) = (Path.Join(Folder, "data", "eins", "a.png"), Path.Join(Folder, "data", "null", "x.jpg"),
            Path.Join(Folder, "data", "zwei [2]", "b.png"));
        File.Move(Directory.GetFiles(Path.Join(Folder, "data", "eins"))[0], first);
        File.Copy(first, copy);
        File.WriteAllText(bad, "no image");

        var report = Run("data", "data", "--json").Expect(0).Json;
        AssertProperties(report, "images", "classes", "sizes", "badFiles", "duplicates", "passedOver");
        Assert.AreEqual(32, report.GetProperty("images").GetInt32());
        AssertProperties(report.GetProperty("classes")[0], "label", "count");
        CollectionAssert.AreEqual((string[])["eins 10", "null 11", "zwei [2] 11"],
            report.GetProperty("classes").EnumerateArray().Select(c => $"{c.GetProperty("label").GetString()} {c.GetProperty("count").GetInt32()}").ToArray());
        AssertProperties(report.GetProperty("sizes"), "minWidth", "maxWidth", "minHeight", "maxHeight");
        Assert.IsTrue(report.GetProperty("sizes").EnumerateObject().All(side => side.Value.GetInt32() == 28));
        Assert.AreEqual(1, report.GetProperty("badFiles").GetArrayLength());
        AssertProperties(report.GetProperty("badFiles")[0], "file", "reason");
        Assert.AreEqual(bad, report.GetProperty("badFiles")[0].GetProperty("file").GetString());
        Assert.AreEqual(1, report.GetProperty("duplicates").GetArrayLength());
        CollectionAssert.AreEqual((string[])[first, copy], report.GetProperty("duplicates")[0].EnumerateArray().Select(f => f.GetString()).ToArray());

        var tables = Run("data", "data").Expect(0);
        foreach (var text in (string[])["zwei [2]", bad, copy, "28", "Gray"])
            Assert.Contains(text, tables.Output);
        Assert.AreEqual("", tables.Error);
    }

    [TestMethod]
    public void Data_tells_what_was_passed_over_and_refuses_a_class_without_images()
    {
        WriteFolder("data", seed: 1);
        File.WriteAllText(Path.Join(Folder, "data", "eins", "x.TIF"), "");
        File.WriteAllText(Path.Join(Folder, "data", "eins", "notes.txt"), "");

        var passedOver = Run("data", "data", "--json").Expect(0).Json.GetProperty("passedOver");
        AssertProperties(passedOver[0], "kind", "count");
        CollectionAssert.AreEqual((string[])[".tif 1", ".txt 1"],
            passedOver.EnumerateArray().Select(files => $"{files.GetProperty("kind").GetString()} {files.GetProperty("count").GetInt32()}").ToArray());
        Assert.Contains("not read: TIFF", Run("data", "data").Expect(0).Output);

        Directory.CreateDirectory(Path.Join(Folder, "data", "drei"));
        File.WriteAllText(Path.Join(Folder, "data", "drei", "x.heic"), "");
        Assert.Contains("'drei' (1 .heic; not read: HEIC)", Run("data", "data").Expect(1).Error);
        Assert.AreEqual(3, Run("data", "data", "--allow-empty-classes", "--json").Expect(0).Json.GetProperty("classes").GetArrayLength());

        string[] train = ["train", "--data", "data", "--validation", "data", "--arch", "lenet5", "--image-size", "28", "--epochs", "1", "--out", "model.zip"];
        Assert.Contains("'drei' (1 .heic; not read: HEIC)", Run(train).Expect(1).Error);
        Assert.AreEqual(3, Run([.. train, "--allow-empty-classes", "--json"]).Expect(0).Json.GetProperty("classes").GetArrayLength());
        string[] evaluate = ["evaluate", "--model", "model.zip", "--data", "data"];
        Assert.Contains("'drei' (1 .heic; not read: HEIC)", Run(evaluate).Expect(1).Error);
        Run([.. evaluate, "--allow-empty-classes"]).Expect(0);
    }

    [TestMethod]
    public void Archives_and_lists_serve_every_command()
    {
        WriteFolder("set/train", seed: 1);
        WriteFolder("set/test", seed: 2);
        TarFile.CreateFromDirectory(Path.Join(Folder, "set"), Path.Join(Folder, "set.tar"), includeBaseDirectory: true);
        using (var zipped = new GZipStream(File.Create(Path.Join(Folder, "train.tgz")), CompressionLevel.Fastest))
            TarFile.CreateFromDirectory(Path.Join(Folder, "set", "train"), zipped, includeBaseDirectory: false);
        File.WriteAllLines(Path.Join(Folder, "list.tsv"),
            Directory.GetFiles(Path.Join(Folder, "set", "test"), "*.png", SearchOption.AllDirectories)
                .Select(file => $"{file}\t{Path.GetFileName(Path.GetDirectoryName(file))}"));

        ZipFile.CreateFromDirectory(Path.Join(Folder, "set"), Path.Join(Folder, "set.zip"), CompressionLevel.Optimal, includeBaseDirectory: true);

        foreach (var archive in (string[])["set.tar", "set.zip"])
            Assert.Contains("'set/train'", Run("data", archive).Expect(1).Error);
        foreach (var source in (string[])["set.tar:set/test", "set.zip:set/test", "train.tgz", "list.tsv"])
            Assert.AreEqual(30, Run("data", source, "--json").Expect(0).Json.GetProperty("images").GetInt32(), source);

        // Trained on an archive, measured on files, and the other way round.
        string[] train = ["train", "--arch", "lenet5", "--epochs", "1", "--batch-size", "8", "--json", "--out", "m.zip", "--augment", "Cifar", "--cache",
            "memory", "--precision", "float32"];
        foreach (var (data, validation, evaluation) in (ReadOnlySpan<(string, string, string)>)[("train.tgz", "list.tsv", "set/test"),
            ("list.tsv", "set.zip:set/train", "set.zip:set/test")])
        {
            var training = Run([.. train, "--data", data, "--validation", validation]).Expect(0).Json;
            Assert.AreEqual(30, training.GetProperty("images").GetInt32(), data);
            Assert.AreEqual(JsonValueKind.Number, training.GetProperty("epochs")[0].GetProperty("validationAccuracy").ValueKind);
            Assert.AreEqual(30, Run("evaluate", "--model", "m.zip", "--data", evaluation, "--json").Expect(0).Json.GetProperty("images").GetInt32());
        }
    }

    [TestMethod]
    [DataRow("cifar10", 1)]
    [DataRow("cifar100", 2)]
    public void Cifar_serves_every_command(string name, int labelBytes)
    {
        var isTen = labelBytes == 1;
        Directory.CreateDirectory(Path.Join(Folder, "c"));
        foreach (var file in isTen ? Enumerable.Range(1, 5).Select(i => $"data_batch_{i}.bin").ToArray() : ["train.bin"])
            WriteCifar(file, rows: isTen ? 4 : 20, labelBytes);
        WriteCifar(isTen ? "test_batch.bin" : "test.bin", rows: 7, labelBytes);

        Assert.AreEqual(20, Run("data", $"{name}:c", "--json").Expect(0).Json.GetProperty("images").GetInt32());
        var report = Run("data", $"{name}:c:test", "--json").Expect(0).Json;
        Assert.AreEqual(7, report.GetProperty("images").GetInt32());
        Assert.AreEqual(32, report.GetProperty("sizes").GetProperty("maxHeight").GetInt32());
        Run("train", "--data", $"{name}:c", "--validation", $"{name}:c", "--arch", "lenet5", "--epochs", "1", "--augment", "cifar", "--out", "m.zip").Expect(0);
        Assert.AreEqual(7, Run("evaluate", "--model", "m.zip", "--data", $"{name}:c", "--json").Expect(0).Json.GetProperty("images").GetInt32());
        Run("augment", $"{name}:c", "--preset", "alexnet", "--out", "sheet.png").Expect(0);
    }

    [TestMethod]
    public void Augment_draws_a_row_per_image_of_every_class()
    {
        WriteFolder("data", seed: 1);
        File.WriteAllText(Path.Join(Folder, "data", "null", "x.jpg"), "no image");
        File.WriteAllText(Path.Join(Folder, "sheet.png"), "the one before");
        string[] augment = ["augment", "data", "--augment", "light", "--images", "3", "--views", "2", "--size", "100", "--seed", "5", "--out"];
        var drawn = Run([.. augment, "sheet.png"]).Expect(0);
        Assert.AreEqual("", drawn.Output);
        using (var sheet = SKBitmap.Decode(Path.Join(Folder, "sheet.png")))
        {
            Assert.AreEqual((4 + 100 + 16 + 2 * 104, 4 + 3 * 104), (sheet.Width, sheet.Height));
            for (var row = 0; row < 3; row++)
                Assert.AreNotEqual(SKColors.White, sheet.GetPixel(4 + 100 + 16, 4 + row * 104), "a view fills its cell");
        }
        Run([.. augment, "again.png"]).Expect(0);
        CollectionAssert.AreEqual(File.ReadAllBytes(Path.Join(Folder, "sheet.png")), File.ReadAllBytes(Path.Join(Folder, "again.png")));
        Assert.HasCount(3, Directory.GetFileSystemEntries(Folder), "nothing but the data and the two sheets");

        // Pixels of a known size keep it, magnified for the eye.
        Run("augment", "digits:50", "--preset", "cifar", "--images", "2", "--views", "1", "--out", "digits.png").Expect(0);
        using var digits = SKBitmap.Decode(Path.Join(Folder, "digits.png"));
        Assert.AreEqual((4 + 112 + 16 + 116, 4 + 2 * 116), (digits.Width, digits.Height));
    }

    private void WriteFolder(string name, int seed) => Images.Write(Path.Join(Folder, name), count: 100, seed, s_classes, ".png");

    private void WriteCifar(string file, int rows, int labelBytes)
    {
        var bytes = new byte[rows * (labelBytes + 3072)];
        new Random(rows).NextBytes(bytes);
        for (var i = 0; i < rows * labelBytes; i++)
            bytes[i / labelBytes * (labelBytes + 3072) + i % labelBytes] = (byte)(i / labelBytes % 4);
        File.WriteAllBytes(Path.Join(Folder, "c", file), bytes);
    }
}
