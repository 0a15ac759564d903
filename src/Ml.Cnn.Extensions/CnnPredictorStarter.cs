using Microsoft.Extensions.Hosting;

namespace Ml.Cnn.Extensions;

/// <summary>Loads the models of an app's predictors before anything else of the app starts: a web server that listens can answer.</summary>
internal sealed class CnnPredictorStarter(IServiceProvider services, IEnumerable<CnnPredictorRegistration> registrations) : IHostedLifecycleService
{
    public Task StartingAsync(CancellationToken cancellationToken) => Task.Run(() =>
    {
        foreach (var registration in registrations)
        {
            cancellationToken.ThrowIfCancellationRequested();
            services.CnnPredictorService(registration.Key).Start();
        }
    }, cancellationToken);

    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppedAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}
