namespace Ml.Cnn.Experiments.Hangfire.Tests.Workers;

/// <summary>A worker in this process, on a storage in memory where no other is given.</summary>
internal sealed class RunningWorker : IAsyncDisposable
{
    private readonly CancellationTokenSource _stop = new();
    private readonly TrialStorage? _own;
    private readonly Task _run;

    public RunningWorker(Action<string, int, CancellationToken> work, HangfireTrialServerOptions? options = null, TrialStorage? storage = null)
    {
        Storage = storage ?? (_own = TrialStorage.Parse("memory", new() { TakeoverTime = TimeSpan.FromSeconds(5) }));
        _run = new HangfireTrialServer(Storage, work, options).RunAsync(_stop.Token);
    }

    public TrialStorage Storage { get; }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _run;
        _stop.Dispose();
        _own?.Dispose();
    }
}
