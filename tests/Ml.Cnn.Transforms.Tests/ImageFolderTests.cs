using Microsoft.ML;

namespace Ml.Cnn.Transforms.Tests;

[TestClass]
public class ImageFolderTests
{
    private static readonly MLContext Context = new();

    [TestMethod]
    public void Classes_and_files_come_in_ordinal_order()
    {
        using var folder = new TemporaryFolder();
        foreach (var name in (string[])["b/2.JPG", "b/10.png", "a/x.webp", "B/z.gif", "b/deeper/1.bmp", "b/notes.txt", "a/.hidden.png", ".git/x.png"])
            folder.Write(name);
        folder.Write("stray.png");

        var data = Context.Data.LoadImageFolder(folder.Path);

        CollectionAssert.AreEqual(new[] { "B", "a", "b", "b", "b" }, Rows.Texts(data, "Label"));
        CollectionAssert.AreEqual(new[] { "B/z.gif", "a/x.webp", "b/10.png", "b/2.JPG", "b/deeper/1.bmp" },
            Rows.Texts(data, "ImagePath").Select(path => Path.GetRelativePath(folder.Path, path).Replace('\\', '/')).ToArray());
        Assert.AreEqual(5, data.GetRowCount());
    }

    /// <summary>People name files as they like.</summary>
    [TestMethod]
    public void Any_file_name_that_the_system_allows_is_found_and_opens()
    {
        using var folder = new TemporaryFolder();
        List<string> names = ["with space.png", "größe 图.png", "-dash.png", "#5 100%.png", "it's;a(test)&.png", "two..dots.png", ".png.png"[1..],
            new string('x', 200) + ".png"];
        if (!OperatingSystem.IsWindows())
            names.AddRange(["new\nline.png", "quote\".png", "back\\slash.png", "star*.png"]);
        foreach (var name in names)
            folder.Write($"class {(name.Length % 2 == 0 ? "a" : "é\"")}".Replace("\"", OperatingSystem.IsWindows() ? "" : "\"", StringComparison.Ordinal)
                + $"/{name}", 7);

        var data = Context.Data.LoadImageFolder(folder.Path);
        var loaded = Context.Transforms.LoadRawImageBytes("Bytes", null, "ImagePath").Fit(data).Transform(data);

        CollectionAssert.AreEquivalent(names, Rows.Texts(data, "ImagePath").Select(path => Path.GetFileName(path)).ToList());
        Assert.IsTrue(Rows.Images(loaded, "Bytes").All(bytes => bytes is [7]), "ML.NET opens every path.");
    }

    [TestMethod]
    public void Options_choose_columns_depth_and_extensions()
    {
        using var folder = new TemporaryFolder();
        foreach (var name in (string[])["a/1.tif", "a/2.png", "a/sub/3.tif"])
            folder.Write(name);

        var data = Context.Data.LoadImageFolder(folder.Path, "File", "Class", recursive: false, extensions: [".TIF"]);

        CollectionAssert.AreEqual(new[] { "1.tif" }, Rows.Texts(data, "File").Select(path => Path.GetFileName(path)).ToArray());
        CollectionAssert.AreEqual(new[] { "a" }, Rows.Texts(data, "Class"));
        Assert.ThrowsExactly<ArgumentException>(() => Context.Data.LoadImageFolder(folder.Path, extensions: []));
    }

    [TestMethod]
    public void Wrong_folders_are_explained()
    {
        using var folder = new TemporaryFolder();
        var missing = Path.Join(folder.Path, "missing");
        Assert.Contains(missing, Assert.ThrowsExactly<DirectoryNotFoundException>(() => Context.Data.LoadImageFolder(missing)).Message);

        var file = folder.Write("image.png");
        Assert.Contains("is a file", Assert.ThrowsExactly<DirectoryNotFoundException>(() => Context.Data.LoadImageFolder(file)).Message);
        Assert.Contains("one subfolder per class", Assert.ThrowsExactly<InvalidOperationException>(() => Context.Data.LoadImageFolder(folder.Path)).Message);

        folder.Write("a/readme.txt");
        Assert.Contains("one subfolder per class", Assert.ThrowsExactly<InvalidOperationException>(() => Context.Data.LoadImageFolder(folder.Path)).Message);
    }

    /// <summary>A link that leads back up would never end.</summary>
    [TestMethod]
    public void Links_to_files_are_followed_and_circles_are_not()
    {
        if (OperatingSystem.IsWindows())
            Assert.Inconclusive("Skipped: links need a privilege on Windows.");
        using var folder = new TemporaryFolder();
        var image = folder.Write("a/1.png");
        File.CreateSymbolicLink(Path.Join(folder.Path, "a", "2.png"), image);
        Directory.CreateSymbolicLink(Path.Join(folder.Path, "a", "up"), folder.Path);
        Directory.CreateSymbolicLink(Path.Join(folder.Path, "b"), Path.Join(folder.Path, "a"));

        var data = Context.Data.LoadImageFolder(folder.Path);

        CollectionAssert.AreEqual(new[] { "a", "a", "b", "b" }, Rows.Texts(data, "Label"));
    }
}
