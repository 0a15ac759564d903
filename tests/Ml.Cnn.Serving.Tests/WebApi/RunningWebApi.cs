using System.Net.Http.Headers;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Ml.Cnn.Extensions;
using WebApi;

namespace Ml.Cnn.Serving.Tests.WebApi;

/// <summary>The sample, in this process, on a port of its own of this machine alone; with the first of the test models.</summary>
internal sealed class RunningWebApi : IAsyncDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly WebApplication _app;

    private RunningWebApi(string[] settings)
    {
        ModelPath = _folder.Write("model.zip", TestModels.First);
        string[] defaults =
        [
            "--urls=http://127.0.0.1:0", $"--Predictor:ModelPath={ModelPath}", "--Predictor:SettleTime=00:00:00.1", "--Limits:RequestsPerSecond=0",
            "--Logging:LogLevel:Default=Error",
        ];
        _app = WebApp.Create([.. defaults, .. settings.Select(setting => "--" + setting)]);
    }

    public string ModelPath { get; }

    public Uri Address => new(_app.Urls.Single());

    public HttpClient Client => field ??= new() { BaseAddress = Address };

    public CnnPredictorService Service => _app.Services.GetRequiredService<CnnPredictorService>();

    /// <param name="settings">As "Limits:Burst=3".</param>
    public static async Task<RunningWebApi> StartAsync(params string[] settings)
    {
        var running = new RunningWebApi(settings);
        await running._app.StartAsync();
        return running;
    }

    public Task<HttpResponseMessage> PostAsync(byte[] bytes, string contentType = "image/png") => Client.PostAsync("/predict", Body(bytes, contentType));

    public Task<HttpResponseMessage> PostFormAsync(string address, params (string Name, byte[] Bytes)[] files)
    {
        var form = new MultipartFormDataContent();
        foreach (var (name, bytes) in files)
            form.Add(Body(bytes, "image/png"), "images", name);
        return Client.PostAsync(address, form);
    }

    public static ByteArrayContent Body(byte[] bytes, string contentType) =>
        new(bytes) { Headers = { ContentType = MediaTypeHeaderValue.Parse(contentType) } };

    public static async Task<JsonElement> JsonAsync(HttpResponseMessage response)
    {
        var text = await response.Content.ReadAsStringAsync();
        Assert.AreEqual(200, (int)response.StatusCode, text);
        return JsonSerializer.Deserialize<JsonElement>(text);
    }

    public async ValueTask DisposeAsync()
    {
        Client.Dispose();
        await _app.StopAsync();
        await _app.DisposeAsync();
        _folder.Dispose();
    }
}
