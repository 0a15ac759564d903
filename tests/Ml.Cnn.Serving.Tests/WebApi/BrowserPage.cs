using PuppeteerSharp;

namespace Ml.Cnn.Serving.Tests.WebApi;

/// <summary>The sample's page in headless Chromium, of the system's own. Tests that need it are skipped where there is none.</summary>
internal sealed class BrowserPage : IAsyncDisposable
{
    private readonly RunningWebApi _api;
    private readonly IBrowser _browser;
    private readonly List<string> _complaints = [];

    private BrowserPage(RunningWebApi api, IBrowser browser, IPage page)
    {
        (_api, _browser, Page) = (api, browser, page);
        page.Console += (_, message) => Note(message.Message.Type is ConsoleType.Error or ConsoleType.Warning ? message.Message.Text : null);
        page.PageError += (_, error) => Note(error.Message);
        page.Request += (_, request) => Note(request.Request.Url.StartsWith(api.Address.ToString(), StringComparison.Ordinal)
            || request.Request.Url.StartsWith("blob:", StringComparison.Ordinal) ? null : $"asks for {request.Request.Url}");
    }

    public IPage Page { get; }

    public RunningWebApi Api => _api;

    /// <summary>Errors of scripts, of the content policy, and requests to other servers.</summary>
    public IReadOnlyList<string> Complaints
    {
        get
        {
            lock (_complaints)
                return [.. _complaints];
        }
    }

    /// <param name="width">Of the window, in pixels.</param>
    /// <param name="isDark">Whether the user prefers dark colors.</param>
    /// <param name="settings">The service's, as "Limits:Burst=3".</param>
    public static async Task<BrowserPage> OpenAsync(int width = 1280, bool isDark = false, params string[] settings)
    {
        var program = Chromium.Program();
        var api = await RunningWebApi.StartAsync(settings);
        var browser = await Puppeteer.LaunchAsync(new() { ExecutablePath = program, Headless = true, Args = Chromium.Arguments });
        var page = await browser.NewPageAsync();
        var opened = new BrowserPage(api, browser, page);
        await page.SetViewportAsync(new() { Width = width, Height = width < 600 ? 800 : 900, IsMobile = width < 600, HasTouch = width < 600 });
        await page.EmulateMediaFeaturesAsync([new() { MediaFeature = MediaFeature.PrefersColorScheme, Value = isDark ? "dark" : "light" }]);
        await page.GoToAsync(api.Address.ToString(), WaitUntilNavigation.Networkidle0);
        return opened;
    }

    public Task<string> TextAsync(string selector) => Page.EvaluateFunctionAsync<string>("s => document.querySelector(s).innerText", selector);

    /// <summary>Waits until an answer is there.</summary>
    public Task AnswerAsync() => Page.WaitForFunctionAsync("() => document.querySelector('#result:not([hidden])[aria-busy=false] #classes li')");

    /// <summary>Keeps what the page looks like, if the environment variable MLCNN_SCREENSHOTS names a folder.</summary>
    public async Task ScreenshotAsync(string name)
    {
        if (Environment.GetEnvironmentVariable("MLCNN_SCREENSHOTS") is { Length: > 0 } folder)
            await Page.ScreenshotAsync(Path.Join(folder, name + ".png"), new ScreenshotOptions { FullPage = true });
    }

    public async ValueTask DisposeAsync()
    {
        await _browser.DisposeAsync();
        await _api.DisposeAsync();
    }

    private void Note(string? complaint)
    {
        lock (_complaints)
        {
            if (complaint is not null)
                _complaints.Add(complaint);
        }
    }
}
