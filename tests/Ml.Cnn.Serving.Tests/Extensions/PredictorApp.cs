using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Ml.Cnn.Extensions;
using Ml.Cnn.Trainers;

namespace Ml.Cnn.Serving.Tests.Extensions;

/// <summary>An app of the generic host with predictors in it.</summary>
internal sealed class PredictorApp : IAsyncDisposable
{
    private readonly IHost _host;

    private PredictorApp(IHost host) => _host = host;

    public LoggedLines Log { get; private init; } = new();

    public IServiceProvider Services => _host.Services;

    public CnnPredictorService Service => Services.GetRequiredService<CnnPredictorService>();

    /// <summary>How probable the predictor finds its answer to the first digit.</summary>
    public float Answer => Services.GetRequiredService<CnnPredictor>().Predict(TestModels.Digits[0]).Probability;

    public static async Task<PredictorApp> StartAsync(Action<HostApplicationBuilder> add, string? contentRoot = null)
    {
        var log = new LoggedLines();
        var builder = Host.CreateEmptyApplicationBuilder(new() { ContentRootPath = contentRoot });
        builder.Logging.AddProvider(log);
        add(builder);
        var app = new PredictorApp(builder.Build()) { Log = log };
        try
        {
            await app._host.StartAsync();
        }
        catch
        {
            await app.DisposeAsync();
            throw;
        }
        return app;
    }

    public static Task<PredictorApp> StartAsync(string modelPath, Action<CnnPredictorServiceOptions>? configure = null) => StartAsync(builder =>
    {
        builder.Services.AddCnnPredictor(options =>
        {
            options.ModelPath = modelPath;
            options.SettleTime = TimeSpan.FromSeconds(0.1);
            configure?.Invoke(options);
        });
        builder.Services.AddHealthChecks().AddCnnPredictor();
    });

    public async Task<HealthReportEntry> HealthAsync(string name = "cnn-predictor") =>
        (await Services.GetRequiredService<HealthCheckService>().CheckHealthAsync()).Entries[name];

    public async Task StopAsync() => await _host.StopAsync();

    public async ValueTask DisposeAsync()
    {
        await _host.StopAsync();
        _host.Dispose();
    }
}
