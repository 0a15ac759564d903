using System.Diagnostics;
using System.Globalization;
using Ml.Cnn.Experiments.Hangfire.Execution;

namespace Ml.Cnn.Experiments.Hangfire;

/// <summary>
/// The workers of this machine: processes that are started again when they die, and that end with this one, however it ends. Each runs a
/// <see cref="HangfireTrialServer"/> with <see cref="HangfireTrialServerOptions.StopWhenInputEnds"/>.
/// </summary>
public sealed class LocalTrialWorkers : IDisposable
{
    /// <summary>A worker that ends so soon after its start has not come to work.</summary>
    private static readonly TimeSpan s_start = TimeSpan.FromSeconds(10);

    private const int MaximumFailedStarts = 3;

    private readonly Func<int, ProcessStartInfo> _worker;
    private readonly TimeSpan _stopTimeout;
    private readonly CancellationTokenSource _stop = new();
    private readonly Task[] _workers;

    /// <summary>Starts workers.</summary>
    /// <param name="count">How many, at least 1.</param>
    /// <param name="worker">
    /// How worker 0, 1, … is started: with a device or threads of its own. Its standard input is taken: it ends when this process does.
    /// </param>
    /// <param name="stopTimeout">How long workers may take to stop with a checkpoint before they are killed; null: 2 minutes.</param>
    /// <exception cref="ArgumentOutOfRangeException">An argument is out of range.</exception>
    public LocalTrialWorkers(int count, Func<int, ProcessStartInfo> worker, TimeSpan? stopTimeout = null)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(count, 1);
        ArgumentNullException.ThrowIfNull(worker);
        _stopTimeout = stopTimeout ?? TimeSpan.FromMinutes(2);
        OptionRange.Check(_stopTimeout, TimeSpan.Zero, TimeSpan.FromDays(1), nameof(stopTimeout));
        _worker = worker;
        _workers = [.. Enumerable.Range(0, count).Select(index => Task.Run(() => KeepAsync(index)))];
        Failure = FailureAsync();
    }

    /// <summary>
    /// Fails with an <see cref="InvalidOperationException"/> if a worker ends several times right after its start, and completes once the workers were stopped:
    /// to be waited for beside an experiment, which otherwise would wait for workers that never come.
    /// </summary>
    public Task Failure { get; }

    /// <summary>Stops the workers: each hands its job back with a checkpoint.</summary>
    public void Dispose()
    {
        if (_stop.IsCancellationRequested)
            return;
        _stop.Cancel();
        Task.WhenAll(_workers).ContinueWith(_ => { }, TaskScheduler.Default).Wait(); // a failure is told by Failure
        _stop.Dispose();
    }

    private async Task FailureAsync()
    {
        await foreach (var ended in Task.WhenEach(_workers).ConfigureAwait(false))
            await ended.ConfigureAwait(false);
    }

    private async Task KeepAsync(int index)
    {
        for (var failedStarts = 0; !_stop.IsCancellationRequested;)
        {
            var start = _worker(index);
            (start.UseShellExecute, start.RedirectStandardInput) = (false, true);
            using var process = Process.Start(start) ?? throw new InvalidOperationException($"The worker {start.FileName} does not start.");
            var life = Stopwatch.StartNew();
            await process.WaitForExitAsync(_stop.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            if (_stop.IsCancellationRequested)
            {
                await StopAsync(process).ConfigureAwait(false);
                return;
            }
            failedStarts = life.Elapsed < s_start ? failedStarts + 1 : 0;
            if (failedStarts == MaximumFailedStarts)
            {
                throw new InvalidOperationException(string.Create(CultureInfo.InvariantCulture,
                    $"Worker {index} ended {failedStarts} times right after its start, the last time with exit code {process.ExitCode}: see what it says."));
            }
            await Task.Delay(TimeSpan.FromSeconds(1), _stop.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private async Task StopAsync(Process process)
    {
        process.StandardInput.Close();
        using var timeout = new CancellationTokenSource(_stopTimeout);
        await process.WaitForExitAsync(timeout.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        if (!process.HasExited)
            process.Kill(entireProcessTree: true);
    }
}
