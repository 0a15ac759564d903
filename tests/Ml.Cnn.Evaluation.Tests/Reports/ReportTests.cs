using System.Text.Json;
using System.Text.RegularExpressions;
using System.Xml.Linq;
using SkiaSharp;

namespace Ml.Cnn.Evaluation.Tests.Reports;

/// <summary>
/// Protects that report.html needs nothing beside it and no script, is whole markup whatever names hold, opens the images of every number, and stays small.
/// With MLCNN_EXAMPLES set to a folder, the pages are left there to be looked at.
/// </summary>
[TestClass]
public sealed partial class ReportTests
{
    private const string Photos = "data/hymenoptera.tar";

    [TestMethod]
    public void EveryNumberOfTheMatrixOpensItsImages()
    {
        var example = ExampleEvaluation.Small(400);
        var document = Parse(Write(example, new() { Images = example.Images, ThumbnailsPerCell = 5 }, "small"));
        var cells = document.Descendants("div").Where(div => div.Attribute("class")?.Value == "cell").ToDictionary(div => div.Attribute("id")!.Value);
        var links = document.Descendants("table").Single(table => table.Attribute("class")?.Value == "matrix").Descendants("a").ToArray();
        Assert.HasCount(cells.Count, links);
        Assert.AreEqual(400, links.Sum(link => int.Parse(link.Value, System.Globalization.CultureInfo.InvariantCulture)));
        var matrix = example.Evaluation.Confusion;
        foreach (var link in links)
        {
            var id = link.Attribute("href")!.Value[1..];
            int[] place = [.. id[1..].Split('-').Select(int.Parse)];
            var count = matrix[place[0], place[1]];
            Assert.AreEqual($"{count}", link.Value);
            Assert.StartsWith($"{count}: {matrix.ClassNames[place[0]]}", link.Attribute("aria-label")!.Value);
            var images = cells[id].Descendants("img").ToArray();
            Assert.HasCount(Math.Min(count, 5), images);
            foreach (var image in images)
            {
                var row = int.Parse(Path.GetFileNameWithoutExtension(image.Attribute("alt")!.Value), System.Globalization.CultureInfo.InvariantCulture);
                var of = example.Evaluation.EvaluatedImages().Single(one => one.Row == row);
                Assert.AreEqual((matrix.ClassNames[place[0]], matrix.ClassNames[place[1]]), (of.Actual, of.Predicted));
                AssertSame(Squares.Png(28, 28, row), image.Attribute("src")!.Value);
            }
        }
    }

    [TestMethod]
    public void ItIsOneFileThatCanBeReadByKeyboardAndByEar()
    {
        var (example, other) = (ExampleEvaluation.Small(300), ExampleEvaluation.Small(300, skill: 1, seed: 5));
        var page = Write(example, new() { Images = example.Images, Against = other.Evaluation, AgainstTitle = "other.zip" }, "against");
        Assert.IsFalse(Outside().IsMatch(page), $"points outside: {Outside().Match(page).Value}");
        var document = Parse(page);
        Assert.AreEqual("en", document.Root!.Attribute("lang")!.Value);
        var ids = document.Descendants().Attributes("id").Select(id => id.Value).ToArray();
        CollectionAssert.AllItemsAreUnique(ids);
        foreach (var target in document.Descendants("a").Attributes("href").Select(href => href.Value))
            CollectionAssert.Contains(ids, target.TrimStart('#'), target);
        Assert.IsTrue(document.Descendants("img").All(image => image.Attribute("alt")!.Value.Length > 0));
        foreach (var table in document.Descendants("table"))
        {
            Assert.IsFalse(string.IsNullOrWhiteSpace(table.Element("caption")?.Value));
            Assert.AreEqual("0", table.Parent!.Attribute("tabindex")!.Value, "a table that scrolls must take the keyboard");
        }
        Assert.Contains("Against other.zip", document.Root.Value);
        Assert.Contains("Only other.zip has right", document.Root.Value);
    }

    [TestMethod]
    public void NamesThatHoldMarkupStayText()
    {
        const string Hostile = "<script>alert('x')</script>\" onload=\"x & y";
        string[] classes = [.. Enumerable.Range(0, 10).Select(i => Hostile + i)];
        var example = ExampleEvaluation.Of(ExampleScores.Labels(60, 10, seed: 1), classes, image => Squares.Png(16, 16, image), image => Hostile + image);
        var page = Write(example, new() { Title = Hostile, Images = example.Images, AgainstTitle = Hostile, Against = example.Evaluation });
        Assert.DoesNotContain("<script", page);
        Assert.IsEmpty(Parse(page).Descendants().Attributes("onload").ToArray());
    }

    [TestMethod]
    public void WithoutImagesThePageNamesRows()
    {
        var document = Parse(Write(ExampleEvaluation.Small(200), new()));
        Assert.IsEmpty(document.Descendants("img").ToArray());
        Assert.Contains("row 1", document.Root!.Value);
    }

    [TestMethod]
    public void ImagesThatAreNoLongerThereAreNamed()
    {
        var labels = ExampleScores.Labels(100, 10, seed: 1);
        var example = ExampleEvaluation.Of(labels, [.. Enumerable.Range(0, 10).Select(i => $"{i}")],
            image => image % 2 == 0 ? Squares.Png(16, 16, image) : [1, 2, 3], image => $"{image}.png");
        var document = Parse(Write(example, new() { Images = example.Images }));
        Assert.IsTrue(document.Descendants("img").All(image => int.Parse(image.Attribute("alt")!.Value[..^4],
            System.Globalization.CultureInfo.InvariantCulture) % 2 == 0));
        Assert.Contains("51.png", document.Root!.Value);
    }

    [TestMethod]
    public void PicturesStandBesideTheWorstMistakes()
    {
        var example = ExampleEvaluation.Small(200);
        IReadOnlyList<CnnEvaluatedImage> asked = [];
        var page = Parse(Write(example, new()
        {
            Images = example.Images,
            WorstMistakes = 6,
            DrawPictures = mistakes => [.. (asked = mistakes).Select((_, i) => i == 2 ? null : Squares.Png(20, 20, 1000 + i))],
        }));
        CollectionAssert.AreEqual(example.Evaluation.WorstMistakes(6).ToArray(), asked.ToArray());
        var worst = page.Descendants("section").Single(section => section.Attribute("id")!.Value == "worst").Descendants("li").ToArray();
        foreach (var (i, item) in worst.Index())
        {
            var images = item.Descendants("img").ToArray();
            Assert.HasCount(i == 2 ? 1 : 2, images);
            if (i != 2)
                AssertSame(Squares.Png(20, 20, 1000 + i), images[1].Attribute("src")!.Value);
        }
        var wrong = Assert.ThrowsExactly<ArgumentException>(() => Write(example, new() { WorstMistakes = 6, DrawPictures = _ => [] }));
        Assert.Contains("gave 0 pictures", wrong.Message);
    }

    /// <summary>Photos as they come: those of ../shared, brought to 64 pixels, upright, as JPEG.</summary>
    [TestMethod]
    public void ThumbnailsOfPhotosAreSmall()
    {
        var photos = SharedData.Files(Photos).Where(file => file.Name.Contains("/val/", StringComparison.Ordinal)).Take(80).ToArray();
        string[] classes = ["ants", "bees", "wasps"];
        var example = ExampleEvaluation.Of(ExampleScores.Labels(photos.Length, 3, seed: 2), classes, image => photos[image].Bytes, image => photos[image].Name);
        var page = Parse(Write(example, new() { Images = example.Images }, "photos"));
        var addresses = page.Descendants("img").Attributes("src").Select(src => src.Value).ToArray();
        Assert.IsGreaterThan(20, addresses.Length);
        foreach (var address in addresses)
        {
            Assert.StartsWith("data:image/jpeg;base64,", address);
            using var thumbnail = SKBitmap.Decode(Convert.FromBase64String(address[(address.IndexOf(',', StringComparison.Ordinal) + 1)..]));
            Assert.AreEqual(64, Math.Max(thumbnail.Width, thumbnail.Height));
        }
        Console.WriteLine($"{addresses.Average(address => address.Length):0} characters a thumbnail");
        Assert.IsLessThan(4000, addresses.Average(address => address.Length));
    }

    /// <summary>What the guide states: 50,000 images of 100 classes give a page below 5 MB, whose thumbnails are as many as the limit.</summary>
    [TestMethod]
    public void FiftyThousandImagesOfAHundredClassesStaySmall()
    {
        byte[][] photos = SharedData.Find(Photos) is null ? [.. Enumerable.Range(0, 50).Select(seed => Squares.Png(96, 72, seed))]
            : [.. SharedData.Files(Photos).Select(file => file.Bytes).Where(bytes => bytes.Length < 100_000).Take(50)];
        var example = ExampleEvaluation.Of(ExampleScores.Labels(50_000, 100, seed: 1), [.. Enumerable.Range(0, 100).Select(i => $"class number {i}")],
            image => photos[image % 50], image => $"data/images/{image % 100}/{image:00000}.jpg", skill: 4);
        var clock = System.Diagnostics.Stopwatch.StartNew();
        var page = Write(example, new() { Images = example.Images }, "large");
        Console.WriteLine($"{page.Length / 1e6:0.0} MB in {clock.Elapsed.TotalSeconds:0.0} s; {example.Evaluation.Accuracy.Value:0.000}");
        Assert.IsLessThan(5_000_000, page.Length);
        var cells = Parse(page).Descendants("div").Where(div => div.Attribute("class")?.Value == "cell").ToArray();
        Assert.IsGreaterThan(2000, cells.Length);
        Assert.AreEqual(1500, cells.Sum(cell => cell.Descendants("img").Count()));
        Assert.IsTrue(cells.All(cell => cell.Descendants("img").Any() || cell.Descendants("p").Count() > 1 || cell.Element("h3")!.Value.Contains("right")),
            "a mistake with neither a thumbnail nor a name");
    }

    /// <summary>A table of 500 × 500 cells would be empty but for a few: more than 200 classes are lists.</summary>
    [TestMethod]
    public void ManyClassesAreLists()
    {
        var example = ExampleEvaluation.Of(ExampleScores.Labels(3000, 500, seed: 1), [.. Enumerable.Range(0, 500).Select(i => $"class {i}")],
            image => Squares.Png(16, 16, image % 9), image => $"{image}.png", skill: 4);
        var page = Write(example, new() { Images = example.Images, ThumbnailsPerPage = 300 });
        Assert.IsLessThan(1_500_000, page.Length);
        var document = Parse(page);
        var cells = document.Descendants("div").Where(div => div.Attribute("class")?.Value == "cell").ToArray();
        var table = document.Descendants("table").Single(one => one.Element("caption")!.Value.StartsWith("Classes and what", StringComparison.Ordinal));
        CollectionAssert.AreEquivalent(cells.Select(cell => "#" + cell.Attribute("id")!.Value).ToArray(),
            table.Descendants("a").Attributes("href").Select(href => href.Value).ToArray());
        Assert.AreEqual(3000, table.Descendants("a").Sum(link => int.Parse(link.Value, System.Globalization.CultureInfo.InvariantCulture)));
    }

    [TestMethod]
    public void TheFileForProgramsHasTheNumbers()
    {
        var (example, other) = (ExampleEvaluation.Small(300), ExampleEvaluation.Small(300, skill: 1, seed: 5));
        using var folder = new TemporaryFolder();
        example.Evaluation.SaveReport(folder.Path, new() { Against = other.Evaluation });
        var json = JsonDocument.Parse(File.ReadAllText(Path.Join(folder.Path, CnnEvaluationReport.JsonName))).RootElement;
        Assert.AreEqual(300, json.GetProperty("images").GetInt32());
        Assert.AreEqual(example.Evaluation.Accuracy.Value, json.GetProperty("topAccuracy")[0].GetProperty("value").GetDouble());
        Assert.AreEqual(300, json.GetProperty("confusion").EnumerateArray().Sum(cell => cell.GetProperty("images").GetInt32()));
        Assert.AreEqual(example.Evaluation.CompareWith(other.Evaluation).PValue, json.GetProperty("comparison").GetProperty("pValue").GetDouble());
        Assert.AreEqual(example.Evaluation.Classes[4].RocArea, json.GetProperty("classes")[4].GetProperty("rocArea").GetDouble());
        // Bins without an image have no accuracy: null, since JSON knows no NaN.
        var bins = json.GetProperty("calibration").GetProperty("equalWidth").EnumerateArray().ToArray();
        Assert.HasCount(15, bins);
        Assert.IsTrue(bins.All(bin => bin.GetProperty("images").GetInt32() > 0 != (bin.GetProperty("accuracy").ValueKind == JsonValueKind.Null)));
    }

    private static string Write(ExampleEvaluation example, CnnEvaluationReportOptions options, string? keepAs = null)
    {
        using var folder = new TemporaryFolder();
        example.Evaluation.SaveReport(folder.Path, options);
        var page = Path.Join(folder.Path, CnnEvaluationReport.PageName);
        if (keepAs is not null && Environment.GetEnvironmentVariable("MLCNN_EXAMPLES") is { } examples)
            File.Copy(page, Path.Join(examples, $"evaluation-{keepAs}.html"), overwrite: true);
        return File.ReadAllText(page);
    }

    private static void AssertSame(byte[] expected, string address)
    {
        using var one = SKBitmap.Decode(expected);
        using var other = SKBitmap.Decode(Convert.FromBase64String(address[(address.IndexOf(',', StringComparison.Ordinal) + 1)..]));
        CollectionAssert.AreEqual(one.Pixels, other.Pixels);
    }

    // As XML: every element closed, every attribute quoted, every name escaped.
    private static XDocument Parse(string page) =>
        XDocument.Parse(UnclosedElement().Replace(page, "$0</$1>").Replace("<!DOCTYPE html>", "", StringComparison.Ordinal));

    [GeneratedRegex("<(meta|img)[^>]*>")]
    private static partial Regex UnclosedElement();

    [GeneratedRegex("""(src|href)="(?!#|data:image/)[^"]+"|https?://|url\(|@import|<script|<link|<iframe""")]
    private static partial Regex Outside();
}
