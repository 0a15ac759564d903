using System.Text.RegularExpressions;
using System.Xml.Linq;
using Microsoft.ML;
using Ml.Cnn.Trainers;

namespace Ml.Cnn.Evaluation.Tests.TrainingReports;

/// <summary>The page about a training, of real trainings on drawn digits.</summary>
[TestClass]
public sealed partial class TrainingReportTests
{
    private static readonly MLContext s_mlContext = new(seed: 1);
    private readonly string _folder = Directory.CreateTempSubdirectory("mlcnn-report").FullName;

    private string PagePath => Path.Join(_folder, "report.html");

    [TestCleanup]
    public void DeleteFolder() => Directory.Delete(_folder, recursive: true);

    /// <summary>Protects who reads the page: it says what model and logs say, shows each image of the batch, and needs nothing beside itself.</summary>
    [TestMethod]
    public void The_page_shows_history_classes_batch_filters_and_recipe()
    {
        using var model = Fit(o => (o.LogFolder, o.Logs) = (Path.Join(_folder, "logs"), TrainingLogs.Json | TrainingLogs.Classes | TrainingLogs.Batch));
        CnnTrainingReport.Save(model, PagePath, Path.Join(_folder, "logs"));
        var text = File.ReadAllText(PagePath);
        var page = Parse(text);
        var best = model.History.Last(epoch => epoch.IsBest);
        StringAssert.Contains(text, FormattableString.Invariant($"{best.ValidationAccuracy * 100:0.0} %"));
        CollectionAssert.AreEqual((string[])["summary", "curves", "classes", "batch", "filters", "recipe"],
            page.Descendants("section").Select(section => (string)section.Attribute("id")!).ToArray());
        Assert.HasCount(4, page.Descendants("svg").ToArray()); // loss, accuracy, rate, recall
        var table = page.Descendants("table").Single();
        CollectionAssert.AreEquivalent(model.ClassNames.ToArray(), table.Descendants("tbody").Single().Descendants("th").Select(cell => cell.Value).ToArray());
        Assert.HasCount(32 + 1, page.Descendants("img").ToArray());
        Assert.IsTrue(page.Descendants("img").All(image => ((string)image.Attribute("alt")!).Length > 0));
        StringAssert.Contains(page.Descendants("dl").Single().Value, "learning rate");
        Assert.IsFalse(Outside().IsMatch(text), "The page must not fetch anything.");
        Assert.IsLessThan(400_000, new FileInfo(PagePath).Length);
    }

    /// <summary>Protects readers in the browser: axe-core finds nothing to object to, on a wide window and a narrow one, in light and dark.</summary>
    [TestMethod]
    public async Task Axe_finds_nothing_to_object_to()
    {
        using var model = Fit(o => (o.LogFolder, o.Logs) = (Path.Join(_folder, "logs"), TrainingLogs.Json | TrainingLogs.Classes | TrainingLogs.Batch));
        CnnTrainingReport.Save(model, PagePath, Path.Join(_folder, "logs"));
        foreach (var (width, isDark) in new[] { (1280, false), (400, true) })
        {
            await using var opened = await OpenedPage.OpenAsync(PagePath, width, isDark);
            await opened.AssertAccessibleAsync($"training-{width}-{(isDark ? "dark" : "light")}");
        }
    }

    /// <summary>Protects who kept no logs, or validated nothing: the page has what the model knows.</summary>
    [TestMethod]
    public void Without_logs_and_validation_the_page_has_what_the_model_knows()
    {
        using var model = Fit(o => o.ValidationSet = null);
        CnnTrainingReport.Save(model, PagePath);
        var page = Parse(File.ReadAllText(PagePath));
        CollectionAssert.AreEqual((string[])["summary", "curves", "filters", "recipe"],
            page.Descendants("section").Select(section => (string)section.Attribute("id")!).ToArray());
        StringAssert.Contains(page.Descendants("section").First().Value, "Nothing was validated");
    }

    /// <summary>Protects the page from logs that a kill cut off, files that somebody else put there, and names that are markup.</summary>
    [TestMethod]
    public void Damaged_logs_and_names_of_markup_do_no_harm()
    {
        using var model = Fit(_ => { });
        var logs = Directory.CreateDirectory(Path.Join(_folder, "logs")).FullName;
        File.WriteAllLines(Path.Join(logs, "classes.jsonl"),
            ["""{"epoch":1,"class":"<script>alert(1)</script>","images":3,"right":1,"taken":2}""", """{"epoch":2,"class":"a","im"""]);
        Directory.CreateDirectory(Path.Join(logs, "batch"));
        File.WriteAllText(Path.Join(logs, "batch", "00 x.png"), "no picture");
        CnnTrainingReport.Save(model, PagePath, logs);
        var page = Parse(File.ReadAllText(PagePath));
        Assert.IsEmpty(page.Descendants("script"));
        StringAssert.Contains(page.Descendants("table").Single().Value, "<script>alert(1)</script>");
        Assert.HasCount(1, page.Descendants("img").ToArray()); // the filters
    }

    /// <summary>Protects the file that was there before: an error leaves it, and says what to do.</summary>
    [TestMethod]
    public void A_model_without_history_and_a_missing_folder_are_told()
    {
        using var model = Fit(_ => { });
        var weights = Path.Join(_folder, "lenet5.safetensors");
        model.SaveWeights(weights);
        using var imported = s_mlContext.Model.ImportCnn("lenet5", weights, new() { FeatureColumnName = "Image" });
        StringAssert.Contains(Assert.ThrowsExactly<ArgumentException>(() => CnnTrainingReport.Save(imported, PagePath)).Message, "no history");
        Assert.IsFalse(File.Exists(PagePath));
        StringAssert.Contains(Assert.ThrowsExactly<IOException>(() => CnnTrainingReport.Save(model, Path.Join(_folder, "missing", "report.html"))).Message,
            "Create the folder");
    }

    private static CnnTransformer Fit(Action<CnnTrainerOptions> change)
    {
        var data = s_mlContext.Data.GenerateDigits(200);
        var keys = s_mlContext.Transforms.Conversion.MapValueToKey("Label").Fit(data);
        var options = new LeNetOptions
        {
            FeatureColumnName = "Image",
            Epochs = 3,
            BatchSize = 40,
            Seed = 1,
            ValidationSet = keys.Transform(s_mlContext.Data.GenerateDigits(100, seed: 2)),
        };
        change(options);
        return s_mlContext.MulticlassClassification.Trainers.LeNet(options).Fit(keys.Transform(data));
    }

    // Void elements are the only ones that are not closed.
    private static XElement Parse(string page) => XElement.Parse(VoidElements().Replace(page[page.IndexOf("<html", StringComparison.Ordinal)..], "<$1$2/>")
        .Replace("&nbsp;", " ", StringComparison.Ordinal));

    [GeneratedRegex("<(meta|img|br|hr|link)([^>]*)>")]
    private static partial Regex VoidElements();

    [GeneratedRegex("""(src|href)="(?!#|data:)|url\(|@import""")]
    private static partial Regex Outside();
}
