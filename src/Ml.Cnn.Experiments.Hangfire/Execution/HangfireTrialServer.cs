using Hangfire;
using Ml.Cnn.Experiments.Hangfire.Execution;
using Ml.Cnn.Experiments.Hangfire.Jobs;

namespace Ml.Cnn.Experiments.Hangfire;

/// <summary>
/// A worker: takes the jobs of experiments from a storage and does one at a time. One for each process, since libtorch's threads and its device belong to the
/// process.
/// </summary>
public sealed class HangfireTrialServer
{
    private readonly TrialStorage _storage;
    private readonly BackgroundJobServerOptions _server;
    private readonly TimeSpan _stopTimeout;
    private readonly bool _stopsWithInput;

    /// <summary>Makes a worker, which does nothing before <see cref="RunAsync"/>.</summary>
    /// <param name="storage">Where it looks for jobs. It remains the caller's to dispose of.</param>
    /// <param name="work">
    /// Does a job: the experiment's folder, the job's number, and a token that has the job stop at its next step, with a checkpoint. It is called on a thread
    /// of the worker's own.
    /// </param>
    /// <param name="options">Null: the defaults.</param>
    /// <exception cref="ArgumentOutOfRangeException">An option is out of range.</exception>
    /// <exception cref="IOException">The storage cannot be opened.</exception>
    /// <exception cref="InvalidOperationException">The storage's workers use another takeover time than the one asked for.</exception>
    public HangfireTrialServer(TrialStorage storage, Action<string, int, CancellationToken> work, HangfireTrialServerOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(storage);
        ArgumentNullException.ThrowIfNull(work);
        options ??= new();
        ArgumentOutOfRangeException.ThrowIfLessThan(options.MaximumDeaths, 1);
        OptionRange.Check(options.StopTimeout, TimeSpan.Zero, TimeSpan.FromDays(1), nameof(options.StopTimeout));
        foreach (var delay in options.RetryDelays)
            OptionRange.Check(delay, TimeSpan.Zero, TimeSpan.FromDays(1), nameof(options.RetryDelays));
        _storage = storage;
        (_stopTimeout, _stopsWithInput) = (options.StopTimeout, options.StopWhenInputEnds);
        var folder = options.ExperimentFolder is { } path ? Path.GetFullPath(path) : null;
        var timing = storage.Timing;
        _server = new()
        {
            ServerName = options.Name,
            Queues = [storage.Queue],
            WorkerCount = 1,
            Activator = new TrialJobActivator(new TrialJob(work, folder, options.MaximumDeaths, options.Report ?? (_ => { }))),
            FilterProvider = new TrialJobFilters(options.RetryDelays),
            HeartbeatInterval = timing.Heartbeat,
            ServerTimeout = timing.Takeover,
            ServerCheckInterval = timing.Silence / 3,
            CancellationCheckInterval = timing.Poll,
            SchedulePollingInterval = timing.Poll,
            // A job is told to stop as soon as the worker is.
            StopTimeout = TimeSpan.Zero,
            ShutdownTimeout = options.StopTimeout,
        };
    }

    /// <summary>Does jobs until it is told to stop.</summary>
    /// <param name="cancellationToken">
    /// Ends the worker: a job that it has in hands is told to stop with a checkpoint, and goes on elsewhere at once.
    /// </param>
    /// <returns>Completes once the worker has ended; it is not canceled.</returns>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        if (cancellationToken.IsCancellationRequested)
            return;
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        if (_stopsWithInput)
            new Thread(() => StopAfterInput(stop)) { IsBackground = true, Name = "End of input" }.Start();
        using var server = new BackgroundJobServer(_server, _storage.Jobs);
        await Task.Delay(Timeout.Infinite, stop.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        server.SendStop();
        using var timeout = new CancellationTokenSource(_stopTimeout);
        await server.WaitForShutdownAsync(timeout.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    private static void StopAfterInput(CancellationTokenSource stop)
    {
        while (Console.In.Read() >= 0)
        {
            // What is said does not matter.
        }
        try
        {
            stop.Cancel();
        }
        catch (ObjectDisposedException)
        {
            // The worker has ended before.
        }
    }
}
