using System.Text.Json;
using System.Text.RegularExpressions;
using System.Xml.Linq;
using Microsoft.ML;

namespace Ml.Cnn.DataQuality.Tests.Reports;

/// <summary>Protects what is written of findings: the page, the list and the JSON say the same, and what somebody decided by hand is not lost.</summary>
[TestClass]
public sealed partial class ProblemReportTests
{
    private readonly MLContext _mlContext = new(seed: 1);

    [TestMethod]
    public void The_page_shows_every_finding_with_its_image_and_needs_nothing_beside_it()
    {
        using var folder = new TemporaryFolder();
        var report = Report();
        report.SaveReport(folder.Path);
        var text = File.ReadAllText(Path.Join(folder.Path, "report.html"));
        var page = XElement.Parse(VoidElements().Replace(text[text.IndexOf("<html", StringComparison.Ordinal)..], "<$1$2/>"));
        var cards = page.Descendants("ul").Where(list => (string?)list.Attribute("class") == "cards").SelectMany(list => list.Elements("li")).ToArray();
        Assert.HasCount(report.Problems.Count, cards);
        Assert.IsTrue(cards.All(card => card.Descendants("img").Any() && card.Descendants("img").All(image => image.Attribute("alt") is not null)));
        Assert.IsFalse(Outside().IsMatch(text), "The page must not fetch anything.");
        StringAssert.Contains(page.Value, "<b>4</b>"); // a class's name is text, whatever it holds
        using var json = JsonDocument.Parse(File.ReadAllText(Path.Join(folder.Path, "problems.json")));
        Assert.AreEqual(report.Problems.Count, json.RootElement.GetProperty("problems").GetArrayLength());
        Assert.HasCount(1 + report.Problems.Count, File.ReadAllLines(Path.Join(folder.Path, "problems.csv")));
    }

    /// <summary>Protects readers in the browser: axe-core finds nothing to object to, on a wide window and a narrow one, in light and dark.</summary>
    [TestMethod]
    public async Task Axe_finds_nothing_to_object_to()
    {
        using var folder = new TemporaryFolder();
        Report().SaveReport(folder.Path);
        foreach (var (width, isDark) in new[] { (1280, false), (400, true) })
        {
            await using var opened = await OpenedPage.OpenAsync(Path.Join(folder.Path, "report.html"), width, isDark);
            await opened.AssertAccessibleAsync($"problems-{width}-{(isDark ? "dark" : "light")}");
        }
    }

    [TestMethod]
    public void A_list_that_was_edited_is_kept_beside_the_new_one()
    {
        using var folder = new TemporaryFolder();
        var report = Report();
        var csv = Path.Join(folder.Path, "problems.csv");
        report.SaveReport(folder.Path);
        var (first, edited) = (File.ReadAllText(csv), "edited");
        File.WriteAllText(csv, edited);
        report.SaveReport(folder.Path);
        Assert.AreEqual(first, File.ReadAllText(csv));
        Assert.AreEqual(edited, File.ReadAllText(Path.Join(folder.Path, "problems.previous.csv")));
    }

    // Forty digits, one of them once more under another label, and one blank.
    private DataProblemReport Report()
    {
        var digits = Digit.Draw(_mlContext, 40, seed: 1);
        digits.Add(new() { Image = digits[3].Image, Label = "<b>4</b>" });
        digits.Add(new() { Image = new byte[28 * 28], Label = "0" });
        var report = _mlContext.MulticlassClassification.FindDataProblems(_mlContext.Data.LoadFromEnumerable(digits));
        Assert.HasCount(2, report.Of(DataProblemKind.ConflictingDuplicate).ToArray());
        Assert.HasCount(1, report.Of(DataProblemKind.Blank).ToArray());
        return report;
    }

    [GeneratedRegex("<(meta|img|br|hr|link)([^>]*)>")]
    private static partial Regex VoidElements();

    [GeneratedRegex("""(src|href)="(?!#|data:)|url\(|@import""")]
    private static partial Regex Outside();
}
