using Ml.Cnn.Experiments.Execution;
using Ml.Cnn.Experiments.Storage;

namespace Ml.Cnn.Experiments;

/// <summary>
/// A worker's side of <see cref="CnnStoredTrialExecutor"/>: takes what a job needs from the store, has it done in a folder here, and brings back what comes of
/// it; new checkpoints while it is under way, so that a worker that dies loses little. Does one job at a time.
/// </summary>
public sealed class CnnStoredTrialWork
{
    private readonly ExperimentFolder _folder;
    private readonly StoredExperiment _experiment;
    private readonly TimeSpan _interval;
    private readonly Action<string> _warn;

    /// <summary>Work on an experiment in a store.</summary>
    /// <param name="store">The experiment's. Remains the caller's to dispose of.</param>
    /// <param name="folder">Where its files are kept here, this worker's alone; made where there is none.</param>
    /// <param name="interval">How often is looked for new checkpoints, above 0. Default null: 5 seconds.</param>
    /// <param name="warn">Is told what failed and is tried again. Default null: nobody.</param>
    /// <exception cref="ArgumentOutOfRangeException">The interval is not above 0.</exception>
    public CnnStoredTrialWork(ICnnTrialStore store, string folder, TimeSpan? interval = null, Action<string>? warn = null)
    {
        ArgumentNullException.ThrowIfNull(store);
        ArgumentException.ThrowIfNullOrEmpty(folder);
        _interval = interval ?? TimeSpan.FromSeconds(5);
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(_interval, TimeSpan.Zero, nameof(interval));
        (_folder, _warn) = (new(folder), warn ?? (_ => { }));
        _experiment = new(_folder, store);
    }

    /// <summary>Does a job, unless its result is in the store already.</summary>
    /// <param name="job">Its number, from 1.</param>
    /// <param name="work">
    /// Does it in the folder here, as <see cref="CnnTrialWorker.Run"/> does; called on this thread. What it throws is thrown, once the checkpoints are in the
    /// store.
    /// </param>
    /// <param name="cancellationToken">Handed to <paramref name="work"/>.</param>
    /// <exception cref="IOException">The store cannot be reached, holds no experiment, or refuses.</exception>
    /// <exception cref="InvalidDataException">The journal there is damaged.</exception>
    public void Run(int job, Action<string, int, CancellationToken> work, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(work);
        _experiment.PullDecisionsAsync(cancellationToken).GetAwaiter().GetResult();
        var trial = ExperimentState.Of(ExperimentJournal.Read(_folder.Journal)).Job(job).Trial;
        if (_experiment.HasResultAsync(job, cancellationToken).GetAwaiter().GetResult())
            return;
        _experiment.PullTrialAsync(trial, cancellationToken).GetAwaiter().GetResult();
        using var over = new CancellationTokenSource();
        var watch = Task.Run(() => WatchAsync(trial, over.Token), CancellationToken.None);
        try
        {
            work(_folder.Path, job, cancellationToken);
        }
        finally
        {
            over.Cancel();
            watch.GetAwaiter().GetResult();
            _experiment.PushTrialAsync(trial, CancellationToken.None).GetAwaiter().GetResult(); // what was trained counts, stopped or not
        }
        _experiment.PushResultAsync(job, CancellationToken.None).GetAwaiter().GetResult();
    }

    private async Task WatchAsync(int trial, CancellationToken over)
    {
        using var timer = new PeriodicTimer(_interval);
        try
        {
            while (await timer.WaitForNextTickAsync(over).ConfigureAwait(false))
            {
                try
                {
                    await _experiment.PushTrialAsync(trial, over).ConfigureAwait(false);
                }
                catch (IOException e)
                {
                    _warn($"A checkpoint could not be brought to the store, which is tried again: {e.Message}");
                }
            }
        }
        catch (OperationCanceledException)
        {
            // The job is over.
        }
    }
}
