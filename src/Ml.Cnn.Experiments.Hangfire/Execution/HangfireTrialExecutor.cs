using System.Diagnostics;
using Hangfire.States;
using Hangfire.Storage;
using Ml.Cnn.Experiments.Hangfire.Execution;
using Ml.Cnn.Experiments.Hangfire.Jobs;
using Ml.Cnn.Experiments.Hangfire.Storage;

namespace Ml.Cnn.Experiments.Hangfire;

/// <summary>
/// Has the jobs of an experiment done by workers, each a <see cref="HangfireTrialServer"/> in a process of its own, on this machine or others. A worker that
/// dies is missed, and its job goes on elsewhere from the last checkpoint.
/// </summary>
/// <remarks>
/// An experiment that is interrupted and comes back finds the jobs that its workers have gone on with meanwhile. Members may be called from any thread.
/// </remarks>
public sealed class HangfireTrialExecutor : ICnnTrialExecutor
{
    private readonly HangfireTrialExecutorOptions _options;
    private readonly TrialQueue _queue;
    private readonly string _storage;
    private bool _isDisposed;

    /// <summary>Makes an executor, and opens the storage.</summary>
    /// <param name="storage">Where the workers look for jobs. It remains the caller's to dispose of.</param>
    /// <param name="options">Null: the defaults.</param>
    /// <exception cref="ArgumentOutOfRangeException">An option is out of range.</exception>
    /// <exception cref="IOException">The storage cannot be opened.</exception>
    /// <exception cref="InvalidOperationException">The storage's workers use another takeover time than the one asked for.</exception>
    public HangfireTrialExecutor(TrialStorage storage, HangfireTrialExecutorOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(storage);
        _options = options ?? new();
        ArgumentOutOfRangeException.ThrowIfLessThan(_options.Workers, 1);
        OptionRange.Check(_options.PollInterval, TimeSpan.FromSeconds(0.05), TimeSpan.FromMinutes(1), nameof(_options.PollInterval));
        OptionRange.Check(_options.StopTimeout, TimeSpan.Zero, TimeSpan.FromDays(1), nameof(_options.StopTimeout));
        OptionRange.Check(_options.OutageTimeout, TimeSpan.Zero, TimeSpan.FromDays(1), nameof(_options.OutageTimeout));
        _ = storage.Jobs;
        (_queue, _storage) = (new TrialQueue(storage), storage.ToString());
    }

    /// <inheritdoc/>
    public int Workers => _options.Workers;

    /// <inheritdoc/>
    /// <exception cref="HangfireTrialException">The worker failed, several workers died of the job, or somebody deleted it.</exception>
    /// <exception cref="IOException">The storage was out of reach for too long.</exception>
    /// <exception cref="OperationCanceledException">The token was canceled, and the job has stopped, if its worker lives.</exception>
    public async Task RunAsync(string folder, int job, CancellationToken cancellationToken)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(folder);
        ArgumentOutOfRangeException.ThrowIfLessThan(job, 1);
        ObjectDisposedException.ThrowIf(_isDisposed, this);
        cancellationToken.ThrowIfCancellationRequested();
        folder = Path.GetFullPath(folder);

        var id = await Reach(() => _queue.Enqueue(folder, job)).ConfigureAwait(false);
        try
        {
            while (!IsDone(await Reach(() => _queue.State(id)).ConfigureAwait(false), job))
                await Task.Delay(_options.PollInterval, cancellationToken).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            await StopAsync(id).ConfigureAwait(false);
            throw;
        }
    }

    /// <summary>Ends nothing: workers go on with what they have.</summary>
    public void Dispose() => _isDisposed = true;

    private static bool IsDone(StateData? state, int job)
    {
        if (state is null)
            throw new HangfireTrialException(FormattableString.Invariant($"Job {job} is no longer in the storage: somebody has emptied it."), job);
        if (state.Name == FailedState.StateName)
        {
            var type = state.Data.TryGetValue("ExceptionType", out var name) ? name : null;
            throw new HangfireTrialException(state.Data.TryGetValue("ExceptionMessage", out var message) ? message : state.Reason, job, type);
        }
        if (state.Name == DeletedState.StateName)
            throw new HangfireTrialException(FormattableString.Invariant($"Job {job} was deleted in Hangfire: {state.Reason}"), job);
        return state.Name == SucceededState.StateName;
    }

    private async Task StopAsync(string id)
    {
        await Reach(() => { _queue.Delete(id); return true; }).ConfigureAwait(false);
        var waited = Stopwatch.StartNew();
        while (waited.Elapsed < _options.StopTimeout && await Reach(() => _queue.IsRunning(id)).ConfigureAwait(false))
            await Task.Delay(_options.PollInterval, CancellationToken.None).ConfigureAwait(false);
    }

    /// <summary>Asks the storage, again and again if it does not answer: the trainings do not need it meanwhile.</summary>
    private async Task<T> Reach<T>(Func<T> ask)
    {
        var outage = Stopwatch.StartNew();
        while (true)
        {
            try
            {
                return await Task.Run(ask).ConfigureAwait(false); // Hangfire's storages block
            }
            catch (Exception exception) when (JobStorages.IsFailure(exception))
            {
                if (outage.Elapsed > _options.OutageTimeout)
                {
                    throw new IOException(FormattableString.Invariant(
                        $"The storage {_storage} has not answered for {outage.Elapsed.TotalMinutes:0.#} minutes: {exception.Message}"), exception);
                }
            }
            await Task.Delay(TimeSpan.FromSeconds(1), CancellationToken.None).ConfigureAwait(false);
        }
    }
}
