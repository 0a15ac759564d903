using System.Diagnostics;
using System.Text.RegularExpressions;
using System.Xml.Linq;
using Ml.Cnn.Experiments.Reports;
using Ml.Cnn.Experiments.Tests.Results;

namespace Ml.Cnn.Experiments.Tests.Reports;

/// <summary>
/// Protects that report.html needs nothing beside it, is whole markup whatever names hold, and can be read by keyboard and by ear; and that it stays small.
/// With MLCNN_EXAMPLES set to a folder, the examples are left there to be looked at.
/// </summary>
[TestClass]
public sealed partial class ExperimentReportTests
{
    [TestMethod]
    [DataRow(CnnExperimentMetric.Accuracy)]
    [DataRow(CnnExperimentMetric.LogLoss)]
    public void ItIsOneFileThatCanBeReadByKeyboardAndByEar(CnnExperimentMetric metric)
    {
        var page = Keep(ExperimentReport.Write(ExampleReport.Result(trials: 40, classes: 10, images: 600, metric)), $"report-{metric}.html");
        Assert.IsFalse(Outside().IsMatch(page), $"points outside: {Outside().Match(page).Value}");
        var document = Parse(page);
        Assert.AreEqual("en", document.Root!.Attribute("lang")!.Value);
        var ids = document.Descendants().Attributes("id").Select(id => id.Value).ToArray();
        CollectionAssert.AllItemsAreUnique(ids);
        foreach (var target in document.Descendants("a").Attributes("href").Select(href => href.Value))
            CollectionAssert.Contains(ids, target.TrimStart('#'), target);
        foreach (var labels in document.Descendants().Attributes("aria-labelledby").SelectMany(label => label.Value.Split(' ')))
            CollectionAssert.Contains(ids, labels);
        Assert.HasCount(1, document.Descendants("h1").ToArray());
        foreach (var table in document.Descendants("table"))
        {
            Assert.IsFalse(string.IsNullOrWhiteSpace(table.Element("caption")?.Value));
            Assert.IsTrue(table.Descendants("th").All(th => th.Attribute("scope") is not null), "a th without scope");
            Assert.AreEqual("0", table.Parent!.Attribute("tabindex")!.Value, "a table that scrolls must take the keyboard");
        }
        Assert.HasCount(3, document.Descendants("svg").ToArray());
        foreach (var svg in document.Descendants("svg"))
            Assert.IsTrue(svg.Attribute("role")!.Value == "img" && svg.Element("title") is not null && svg.Element("desc") is not null);
    }

    [TestMethod]
    public void NamesThatHoldMarkupStayText()
    {
        const string Hostile = "</code><script>alert('x')</script>\" onload=\"x & y\u0001";
        var labels = ExampleScores.Labels(60, 3, 1);
        var outcome = ExampleTrials.Outcome(
        [
            ExampleTrials.Run(1, ExampleScores.Of(labels, 3, 2, 1), ExampleTrials.Configuration(Hostile) with { Weights = Hostile }),
            new() { Trial = 2, Configuration = ExampleTrials.Configuration(Hostile), Status = CnnTrialStatus.Failed, Reason = Hostile },
        ]) with
        { EndReason = Hostile, Settings = [(Hostile, Hostile)] };
        var page = ExperimentReport.Write(new(outcome with { Data = outcome.Data with { Source = Hostile, Classes = [Hostile, "b", "c"] } }));
        Assert.DoesNotContain("<script", page);
        var document = Parse(page.Replace("&#x1;", "", StringComparison.Ordinal)); // which HTML may hold, and XML may not
        Assert.IsEmpty(document.Descendants().Attributes("onload").ToArray());
    }

    /// <summary>Protects readers: the journal's reasons are clauses, and the page's are sentences.</summary>
    [TestMethod]
    public void WhyItEndedIsASentenceInTheSummaryAndBesideTheBudget()
    {
        foreach (var runs in (CnnRunDetail[][])[[], [ExampleTrials.Run(1, ExampleScores.Of(ExampleScores.Labels(60, 3, 1), 3, 2, 1))]])
        {
            var text = Parse(ExperimentReport.Write(new(ExampleTrials.Outcome(runs) with { EndReason = "it was canceled" }))).Root!.Value;
            Assert.HasCount(2, Regex.Matches(text, @"\. It was canceled\."), text);
            Assert.DoesNotContain("it was canceled", text);
        }
    }

    [TestMethod]
    public void AnExperimentWithoutAWinnerHasAReportToo()
    {
        var outcome = ExampleTrials.Outcome(
            [new() { Trial = 1, Configuration = ExampleTrials.Configuration(), Status = CnnTrialStatus.NotFinite, Reason = "NaN." }]);
        var document = Parse(ExperimentReport.Write(new(outcome)));
        Assert.Contains("No trial came so far", document.Root!.Value);
        Assert.Contains("NaN.", document.Root.Value);
        Parse(ExperimentReport.Write(new(ExampleTrials.Outcome([]))));
    }

    /// <summary>What the guide states: 500 trials of 1000 classes in less than 1.5 MB.</summary>
    [TestMethod]
    public void FiveHundredTrialsOfAThousandClassesStaySmall()
    {
        var result = ExampleReport.Result(trials: 500, classes: 1000, images: 400);
        var clock = Stopwatch.StartNew();
        var page = Keep(ExperimentReport.Write(result), "report-large.html");
        Console.WriteLine($"{page.Length} characters in {clock.Elapsed.TotalSeconds:0.0} s");
        Assert.IsTrue(page.Length < 1_500_000, $"{page.Length} characters");
        Parse(page);
    }

    [TestMethod]
    public void TheImageOfCostsIsAPng()
    {
        using var folder = new TemporaryFolder();
        var result = ExampleReport.Result(trials: 40, classes: 10, images: 300);
        foreach (var cost in Enum.GetValues<CnnTrialCost>())
        {
            var file = Path.Join(folder.Path, $"{cost}.png");
            result.SaveCostImage(file, cost, 900, 600);
            using var image = SkiaSharp.SKBitmap.Decode(file);
            Assert.AreEqual((900, 600), (image.Width, image.Height));
            Assert.IsTrue(image.Pixels.Distinct().Count() > 20, "nothing is drawn");
            if (Environment.GetEnvironmentVariable("MLCNN_EXAMPLES") is { } examples)
                File.Copy(file, Path.Join(examples, $"cost-{cost}.png"), overwrite: true);
        }
    }

    // As XML: every element closed, every attribute quoted, every name escaped.
    private static XDocument Parse(string page) => XDocument.Parse(MetaElement().Replace(page, "").Replace("<!DOCTYPE html>", "", StringComparison.Ordinal));

    private static string Keep(string page, string name)
    {
        if (Environment.GetEnvironmentVariable("MLCNN_EXAMPLES") is { } folder)
            File.WriteAllText(Path.Join(folder, name), page);
        return page;
    }

    [GeneratedRegex("<meta[^>]*>")]
    private static partial Regex MetaElement();

    [GeneratedRegex("""(src|href)="[^#"][^"]*"|https?://|url\(|@import|<script|<link|<iframe""")]
    private static partial Regex Outside();
}
