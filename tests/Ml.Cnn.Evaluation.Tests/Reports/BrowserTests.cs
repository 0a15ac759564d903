using System.Text.Json;
using Deque.AxeCore.Commons;
using PuppeteerSharp;

namespace Ml.Cnn.Evaluation.Tests.Reports;

/// <summary>
/// Protects readers of report.html in headless Chromium: axe-core finds nothing to object to, at two widths, in light and dark; a number opens its images by
/// keyboard; nothing is wider than the window; and without a script. With MLCNN_SCREENSHOTS set to a folder, pictures of the pages are left there.
/// </summary>
[TestClass]
public sealed class BrowserTests
{
    [TestMethod]
    [DataRow(1280, false)]
    [DataRow(1280, true)]
    [DataRow(400, false)]
    [DataRow(400, true)]
    public async Task AxeFindsNothingToObjectTo(int width, bool isDark)
    {
        await using var opened = await OpenedPage.OpenAsync(width, isDark);
        await opened.Page.EvaluateExpressionAsync("document.querySelectorAll('details').forEach(d => d.open = true)");
        await opened.Page.EvaluateExpressionAsync($"location.hash = '{opened.MistakeId}'");
        await opened.Page.EvaluateExpressionAsync(BundledAxeScript());
        var json = await opened.Page.EvaluateExpressionAsync<string>("axe.run().then(found => JSON.stringify([found.passes.length, "
            + "...found.violations.map(v => v.id + ': ' + v.help + ' ' + v.nodes.slice(0, 3).map(n => n.html.slice(0, 160)).join(' | '))]))");
        var found = JsonSerializer.Deserialize<JsonElement[]>(json)!;
        Assert.IsGreaterThan(20, found[0].GetInt32(), "axe-core checked next to nothing");
        string[] violations = [.. found.Skip(1).Select(violation => violation.GetString()!)];
        Assert.IsEmpty(violations, string.Join(Environment.NewLine, violations));
        Assert.AreEqual(0, await opened.Page.EvaluateExpressionAsync<int>("Math.max(0, document.documentElement.scrollWidth - window.innerWidth)"));
        if (Environment.GetEnvironmentVariable("MLCNN_SCREENSHOTS") is { Length: > 0 } folder)
        {
            var file = Path.Join(folder, $"evaluation-{width}-{(isDark ? "dark" : "light")}.png");
            await opened.Page.ScreenshotAsync(file, new ScreenshotOptions { FullPage = true });
        }
    }

    [TestMethod]
    public async Task ANumberOpensItsImagesByKeyboardAndTheWayBackClosesThem()
    {
        await using var opened = await OpenedPage.OpenAsync(1280, isDark: false, runsScripts: false);
        var cell = $"#{opened.MistakeId}";
        Assert.IsFalse(await opened.IsShownAsync(cell));
        await opened.Page.FocusAsync($"table.matrix a[href='{cell}']");
        await opened.Page.Keyboard.PressAsync("Enter");
        Assert.IsTrue(await opened.IsShownAsync(cell));
        Assert.IsTrue(await opened.IsShownAsync($"{cell} img"));
        await opened.Page.GoBackAsync();
        Assert.IsFalse(await opened.IsShownAsync(cell));
    }

    private static string BundledAxeScript() => new BundledAxeScriptProvider().GetScript();

    private sealed class OpenedPage : IAsyncDisposable
    {
        private readonly TemporaryFolder _folder = new();
        private IBrowser? _browser;

        public required IPage Page { get; init; }

        /// <summary>A cell of the matrix beside its diagonal.</summary>
        public required string MistakeId { get; init; }

        public static async Task<OpenedPage> OpenAsync(int width, bool isDark, bool runsScripts = true)
        {
            var program = Chromium.Program();
            var (example, other) = (ExampleEvaluation.Small(300), ExampleEvaluation.Small(300, skill: 1, seed: 5));
            var browser = await Puppeteer.LaunchAsync(new() { ExecutablePath = program, Headless = true, Args = Chromium.Arguments });
            var mistake = example.Evaluation.WorstMistakes(1)[0];
            var names = example.Evaluation.ClassNames.ToList();
            var opened = new OpenedPage
            {
                Page = await browser.NewPageAsync(),
                MistakeId = $"c{names.IndexOf(mistake.Actual)}-{names.IndexOf(mistake.Predicted)}",
                _browser = browser,
            };
            example.Evaluation.SaveReport(opened._folder.Path, new() { Images = example.Images, Against = other.Evaluation, AgainstTitle = "other.zip" });
            await opened.Page.SetJavaScriptEnabledAsync(runsScripts);
            await opened.Page.SetViewportAsync(new() { Width = width, Height = 900 });
            await opened.Page.EmulateMediaFeaturesAsync([new() { MediaFeature = MediaFeature.PrefersColorScheme, Value = isDark ? "dark" : "light" }]);
            await opened.Page.GoToAsync(new Uri(Path.Join(opened._folder.Path, CnnEvaluationReport.PageName)).AbsoluteUri);
            return opened;
        }

        public Task<bool> IsShownAsync(string selector) =>
            Page.EvaluateFunctionAsync<bool>("s => document.querySelector(s).getClientRects().length > 0", selector);

        public async ValueTask DisposeAsync()
        {
            await _browser!.DisposeAsync();
            _folder.Dispose();
        }
    }
}
