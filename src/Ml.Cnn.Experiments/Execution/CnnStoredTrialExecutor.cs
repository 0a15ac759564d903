using System.Collections.Concurrent;
using Ml.Cnn.Experiments.Execution;
using Ml.Cnn.Experiments.Storage;

namespace Ml.Cnn.Experiments;

/// <summary>
/// Has the jobs of an experiment done by workers that do not see its folder: what they need goes to a store, and what comes of it is taken from there. The
/// workers use <see cref="CnnStoredTrialWork"/> on the same store, which is this experiment's alone. Members may be called from any thread.
/// </summary>
/// <param name="executor">Has the jobs done, by such workers. Disposed with this.</param>
/// <param name="store">Remains the caller's to dispose of.</param>
public sealed class CnnStoredTrialExecutor(ICnnTrialExecutor executor, ICnnTrialStore store) : ICnnTrialExecutor
{
    private readonly ICnnTrialExecutor _executor = executor ?? throw new ArgumentNullException(nameof(executor));
    private readonly ICnnTrialStore _store = store ?? throw new ArgumentNullException(nameof(store));
    private readonly ConcurrentDictionary<string, StoredExperiment> _experiments = new();
    private readonly HashSet<int> _deleted = []; // trials
    private readonly SemaphoreSlim _decisions = new(1);

    /// <inheritdoc/>
    public int Workers => _executor.Workers;

    /// <inheritdoc/>
    /// <exception cref="IOException">The store cannot be reached, or has no result though the worker has ended.</exception>
    public async Task RunAsync(string folder, int job, CancellationToken cancellationToken)
    {
        ArgumentException.ThrowIfNullOrEmpty(folder);
        var here = new ExperimentFolder(folder);
        var experiment = _experiments.GetOrAdd(here.Path, _ => new(here, _store));
        int trial;
        await _decisions.WaitAsync(cancellationToken).ConfigureAwait(false); // a later state of the journal must not be overwritten by an earlier one
        try
        {
            var state = ExperimentState.Of(ExperimentJournal.Read(here.Journal));
            trial = state.Job(job).Trial;
            await experiment.PushDecisionsAsync(cancellationToken).ConfigureAwait(false);
            await experiment.PushTrialIfMissingAsync(trial, cancellationToken).ConfigureAwait(false);
            foreach (var over in state.Trials.Where(each => BestModels.IsOver(each) && !_deleted.Contains(each.Id)))
            {
                await experiment.DeleteTrialAsync(over.Id, cancellationToken).ConfigureAwait(false);
                _deleted.Add(over.Id);
            }
        }
        finally
        {
            _decisions.Release();
        }
        await _executor.RunAsync(folder, job, cancellationToken).ConfigureAwait(false);
        await experiment.PullResultAsync(job, trial, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Disposes of the executor.</summary>
    public void Dispose()
    {
        _executor.Dispose();
        _decisions.Dispose();
    }
}
