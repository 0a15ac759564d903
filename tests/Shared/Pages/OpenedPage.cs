using System.Text.Json;
using Deque.AxeCore.Commons;
using PuppeteerSharp;

namespace MlCnn.Testing;

/// <summary>An HTML file in headless Chromium. Tests that open one are skipped where there is no Chromium.</summary>
internal sealed class OpenedPage : IAsyncDisposable
{
    private readonly IBrowser _browser;

    private OpenedPage(IBrowser browser, IPage page) => (_browser, Page) = (browser, page);

    public IPage Page { get; }

    /// <param name="file">The file.</param>
    /// <param name="width">Of the window, in pixels.</param>
    /// <param name="isDark">Whether the reader prefers dark pages.</param>
    /// <param name="runsScripts">Whether scripts run.</param>
    public static async Task<OpenedPage> OpenAsync(string file, int width, bool isDark, bool runsScripts = true)
    {
        var browser = await Puppeteer.LaunchAsync(new() { ExecutablePath = Chromium.Program(), Headless = true, Args = Chromium.Arguments });
        var opened = new OpenedPage(browser, await browser.NewPageAsync());
        await opened.Page.SetJavaScriptEnabledAsync(runsScripts);
        await opened.Page.SetViewportAsync(new() { Width = width, Height = 900 });
        await opened.Page.EmulateMediaFeaturesAsync([new() { MediaFeature = MediaFeature.PrefersColorScheme, Value = isDark ? "dark" : "light" }]);
        await opened.Page.GoToAsync(new Uri(file).AbsoluteUri);
        return opened;
    }

    /// <summary>
    /// Fails where axe-core objects to something, or the page is wider than the window. With MLCNN_SCREENSHOTS set to a folder, a picture is left there.
    /// </summary>
    /// <param name="name">Of the picture.</param>
    public async Task AssertAccessibleAsync(string name)
    {
        await Page.EvaluateExpressionAsync("document.querySelectorAll('details').forEach(d => d.open = true)");
        await Page.EvaluateExpressionAsync(new BundledAxeScriptProvider().GetScript());
        var json = await Page.EvaluateExpressionAsync<string>("axe.run().then(found => JSON.stringify([found.passes.length, "
            + "...found.violations.map(v => v.id + ': ' + v.help + ' ' + v.nodes.slice(0, 3).map(n => n.html.slice(0, 160)).join(' | '))]))");
        var found = JsonSerializer.Deserialize<JsonElement[]>(json)!;
        if (Environment.GetEnvironmentVariable("MLCNN_SCREENSHOTS") is { Length: > 0 } folder)
            await Page.ScreenshotAsync(Path.Join(folder, $"{name}.png"), new ScreenshotOptions { FullPage = true });
        Assert.IsGreaterThan(15, found[0].GetInt32(), "axe-core checked next to nothing");
        string[] violations = [.. found.Skip(1).Select(violation => violation.GetString()!)];
        Assert.IsEmpty(violations, string.Join(Environment.NewLine, violations));
        Assert.AreEqual(0, await Page.EvaluateExpressionAsync<int>("Math.max(0, document.documentElement.scrollWidth - window.innerWidth)"));
    }

    public async Task<bool> IsShownAsync(string selector) =>
        await Page.EvaluateFunctionAsync<bool>("s => document.querySelector(s).getClientRects().length > 0", selector);

    public ValueTask DisposeAsync() => _browser.DisposeAsync();
}
