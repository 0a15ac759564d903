using System.Text.Json;
using Microsoft.ML;

namespace Ml.Cnn.Transforms.Tests;

[TestClass]
public class ImageDataReportTests
{
    private static readonly MLContext Context = new();
    private static readonly JsonSerializerOptions CamelCase = new() { PropertyNamingPolicy = JsonNamingPolicy.CamelCase };

    [TestMethod]
    public void A_folder_with_bad_duplicate_and_odd_files_is_described()
    {
        using var folder = new TemporaryFolder();
        var jpeg = ReferenceImages.Read("baseline.jpg");
        folder.Write("a/1.jpg", jpeg);
        folder.Write("a/gray.jpg", ReferenceImages.Read("gray.jpg"));
        folder.Write("a/turned.jpg", ReferenceImages.Read("orientation-6.jpg"));
        folder.Write("b/copy.jpg", jpeg);
        folder.Write("b/cut.jpg", jpeg[..(jpeg.Length / 2)]);
        folder.Write("b/empty.png");
        folder.Write("b/not an image.gif", [.. "<html>"u8]);
        folder.Write("b/really a gif.png", ReferenceImages.Read("two-frames.gif"));
        folder.Write("b/see-through.webp", ReferenceImages.Read("alpha.webp"));

        var report = Context.Data.InspectImages(Context.Data.LoadImageFolder(folder.Path));

        string Name(string path) => Path.GetRelativePath(folder.Path, path).Replace('\\', '/');
        Assert.AreEqual(9, report.Images);
        CollectionAssert.AreEqual(new ClassCount[] { new("a", 3), new("b", 6) }, report.Classes.ToArray());
        CollectionAssert.AreEqual(new[] { "b/cut.jpg", "b/empty.png", "b/not an image.gif" }, report.BadFiles.Select(bad => Name(bad.File)).ToArray());
        Assert.Contains("incomplete", report.BadFiles[0].Reason);
        Assert.Contains("empty", report.BadFiles[1].Reason);
        Assert.AreEqual("a/1.jpg = b/copy.jpg", string.Join(" | ", report.Duplicates.Select(files => string.Join(" = ", files.Select(Name)))));
        Assert.AreEqual(new ImageSizes(37, 40, 24, 29), report.Sizes, "The turned image is 40 × 24 once it is upright.");
        Assert.AreEqual(1, report.Channels.Gray);
        Assert.AreEqual(6, report.Channels.Gray + report.Channels.Rgb + report.Channels.Rgba);
        Assert.IsGreaterThanOrEqualTo(1, report.Channels.Rgba);
    }

    [TestMethod]
    public void The_JSON_has_exactly_the_documented_shape()
    {
        var report = new ImageDataReport
        {
            Images = 3,
            Classes = [new("cat", 3)],
            Sizes = new(1, 2, 3, 4),
            BadFiles = [new("x.jpg", "Why.")],
            Duplicates = [["a.jpg", "b.jpg"]],
            Channels = new(0, 2, 0),
            PassedOver = [new(".tif", 7)],
        };

        Assert.AreEqual(
            """{"images":3,"classes":[{"label":"cat","count":3}],"sizes":{"minWidth":1,"maxWidth":2,"minHeight":3,"maxHeight":4}"""
            + ""","badFiles":[{"file":"x.jpg","reason":"Why."}],"duplicates":[["a.jpg","b.jpg"]],"passedOver":[{"kind":".tif","count":7}]}""",
            JsonSerializer.Serialize(report, CamelCase));
    }

    [TestMethod]
    public void Files_that_are_missing_are_named_in_the_datas_order()
    {
        using var folder = new TemporaryFolder();
        folder.Write("here.png", ReferenceImages.Read("alpha.png"));
        var list = folder.Write("list.csv", [.. "gone.png,a\nhere.png,a\n.,b\n"u8]);

        var report = Context.Data.InspectImages(Context.Data.LoadImageList(list, hasHeader: false));

        Assert.AreEqual(3, report.Images);
        CollectionAssert.AreEqual(new[] { "gone.png", Path.GetFileName(folder.Path) },
            report.BadFiles.Select(bad => Path.GetFileName(bad.File.TrimEnd('/', '\\'))).ToArray());
    }

    /// <summary>Enough rows that the cursors finish in another order than they began.</summary>
    [TestMethod]
    public void Many_images_on_many_threads_give_the_same_report()
    {
        var images = ReferenceImages.Names("*.png").Take(20).Select(ReferenceImages.Read).ToArray();
        var data = Context.Data.LoadImages(Enumerable.Range(0, 600).Select(i => (i % 100 == 7 ? [1, 2, 3] : images[i % 20], $"c{i % 3}")));
        var counts = new List<long>();

        var report = Context.Data.InspectImages(data, progress: new Recorder(counts));

        Assert.AreEqual(600, report.Images);
        CollectionAssert.AreEqual(new[] { "row 7", "row 107", "row 207", "row 307", "row 407", "row 507" }, report.BadFiles.Select(bad => bad.File).ToArray());
        Assert.AreEqual("row 7", report.Duplicates.Single(files => files.Contains("row 107"))[0]);
        Assert.HasCount(3, report.Classes);
        Assert.AreEqual(600, counts[^1]);
        CollectionAssert.AreEqual(counts.Order().ToList(), counts);
        Assert.AreEqual(JsonSerializer.Serialize(report), JsonSerializer.Serialize(Context.Data.InspectImages(data)));
    }

    [TestMethod]
    public void Pixels_and_decoded_images_are_inspected_too()
    {
        var digits = Context.Data.InspectImages(Context.Data.GenerateDigits(50, size: 9));
        Assert.AreEqual(new ImageSizes(9, 9, 9, 9), digits.Sizes);
        Assert.AreEqual(new ImageChannels(50, 0, 0), digits.Channels);

        using var folder = new TemporaryFolder();
        folder.Write("a/1.png", ReferenceImages.Read("color.bmp"));
        folder.Write("a/2.png", ReferenceImages.Read("alpha.png"));
        var paths = Context.Data.LoadImageFolder(folder.Path);
        var raw = Context.Transforms.LoadRawImageBytes("Image", null, "ImagePath").Fit(paths).Transform(paths);
        var loaded = Context.Transforms.LoadImages("Image", null, "ImagePath").Fit(paths).Transform(paths);
        Assert.AreEqual(Context.Data.InspectImages(paths).Sizes, Context.Data.InspectImages(raw).Sizes);
        Assert.AreEqual(Context.Data.InspectImages(paths).Sizes, Context.Data.InspectImages(loaded).Sizes);
        Assert.IsEmpty(Context.Data.InspectImages(raw, labelColumnName: null).Classes);
    }

    [TestMethod]
    public void The_work_can_be_canceled_and_wrong_columns_are_named()
    {
        var data = Context.Data.GenerateDigits(500);
        using var cancellation = new CancellationTokenSource();
        var progress = new Recorder([], cancellation.Cancel);
        Assert.ThrowsExactly<OperationCanceledException>(() => Context.Data.InspectImages(data, progress: progress, cancellationToken: cancellation.Token));

        Assert.Contains("Class", Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => Context.Data.InspectImages(data, labelColumnName: "Class")).Message);
        Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => Context.Data.InspectImages(data, imageColumnName: "Photo"));
        Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => Context.Data.InspectImages(data, imageColumnName: "Label"));
    }

    private sealed class Recorder(List<long> counts, Action? then = null) : IProgress<long>
    {
        public void Report(long value)
        {
            counts.Add(value);
            then?.Invoke();
        }
    }
}
