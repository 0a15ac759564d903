using System.Diagnostics;
using Ml.Cnn.Experiments.Storage;

namespace Ml.Cnn.Experiments.Execution;

/// <summary>Leads an experiment: decides, has jobs done, and writes down both, until the search or the user ends it.</summary>
internal sealed class ExperimentLoop
{
    private static readonly TimeSpan s_betweenLooks = TimeSpan.FromSeconds(0.5);

    private readonly ExperimentFolder _folder;
    private readonly ExperimentDefinition _definition;
    private readonly ExperimentJournal _journal;
    private readonly ExperimentState _state;
    private readonly Decisions _decisions;
    private readonly ICnnTrialExecutor _executor;
    private readonly TrialControls _controls;
    private readonly BestModels _models;
    private readonly Action<ExperimentState, double> _report;
    private readonly CancellationToken _cancellation;
    private readonly Stopwatch _time = Stopwatch.StartNew();
    private readonly double _before;
    private readonly List<Running> _running = [];

    /// <param name="folder">Where everything is kept.</param>
    /// <param name="definition">What it goes by.</param>
    /// <param name="journal">What happened; written on.</param>
    /// <param name="decisions">What is next.</param>
    /// <param name="executor">Has jobs done.</param>
    /// <param name="controls">What the user wants of single trials.</param>
    /// <param name="report">Told whenever something happened.</param>
    /// <param name="cancellation">Ends it.</param>
    public ExperimentLoop(ExperimentFolder folder, ExperimentDefinition definition, ExperimentJournal journal, Decisions decisions,
        ICnnTrialExecutor executor, TrialControls controls, Action<ExperimentState, double> report, CancellationToken cancellation)
    {
        (_folder, _definition, _journal, _decisions, _executor) = (folder, definition, journal, decisions, executor);
        (_controls, _report, _cancellation) = (controls, report, cancellation);
        _state = ExperimentState.Of(journal.Entries);
        _before = _state.Seconds;
        _models = new(folder, definition);
    }

    private sealed record Running(JobDecided Job, Task Task, CancellationTokenSource Stop);

    private double Now => _before + _time.Elapsed.TotalSeconds;

    /// <summary>Goes on until nothing more is to be done, or until it is canceled.</summary>
    /// <returns>Where the experiment then is.</returns>
    /// <exception cref="IOException">Results cannot be written; what was written until then counts.</exception>
    public ExperimentState Run()
    {
        Note(new SessionBegan(DateTimeOffset.UtcNow, _definition.Library));
        try
        {
            ApplyControls(); // wishes that were left while no process led
            foreach (var left in _state.Open.ToArray()) // of a process that was killed
            {
                if (_folder.ReadJob(left.Job) is not null || !TryEndByControl(left))
                    Launch(left);
            }
            while (!_cancellation.IsCancellationRequested)
            {
                ApplyControls();
                if (!Collect() && !Decide() && !Wait())
                    break;
            }
        }
        finally
        {
            StopAll();
        }
        return _state;
    }

    // Whether there was a result.
    private bool Collect()
    {
        var done = _running.Where(running => running.Task.IsCompleted).OrderBy(running => running.Job.Job).ToArray();
        foreach (var running in done)
        {
            _running.Remove(running);
            using (running.Stop)
                End(running);
        }
        return done.Length > 0;
    }

    private void End(Running running)
    {
        var job = running.Job;
        if (_folder.ReadJob(job.Job) is { } file)
        {
            Note(new JobEnded(job.Job, file.Result));
            _models.Update(_state);
            _report(_state, Now);
        }
        else if (!_cancellation.IsCancellationRequested)
        {
            if (TryEndByControl(job))
                return;
            if (running.Task.IsFaulted)
                throw Failure(job, running.Task.Exception!.InnerExceptions[0]);
            throw new IOException(FormattableString.Invariant($"Job {job.Job} ended without a result in '{_folder.Path}'. Resume the experiment."));
        }
    }

    // Whether the user holds the trial back or has given it up: then its job has no other result.
    private bool TryEndByControl(JobDecided job)
    {
        if (_state[job.Trial].Control is var control && control == TrialControl.Resume)
            return false;
        Note(new JobEnded(job.Job, new() { Status = control == TrialControl.Skip ? CnnTrialStatus.Skipped : CnnTrialStatus.Paused }));
        return true;
    }

    private IOException Failure(JobDecided job, Exception cause) => new(FormattableString.Invariant(
        $"Trial {job.Trial} could not be trained: {cause.Message} What was done until then is in '{_folder.Path}': resume the experiment."), cause);

    // Whether something was begun. A decision that lags behind by as many jobs as may be under way never waits for the last of them; where that says to
    // wait, one that sees a job more is taken, so that neither the number of workers nor their speed has a say.
    private bool Decide()
    {
        if (_state.Ended is not null || _running.Count >= _definition.Parallelism)
            return false;
        for (var lag = _definition.Parallelism; lag >= 1 && _state.MayDecide(lag); lag--)
        {
            if (_decisions.Next(_state, Now, lag, out var ended) is { } next)
            {
                Note(next);
                _report(_state, Now);
                Launch(next);
                return true;
            }
            if (ended is null)
                continue;
            Note(new ExperimentEnded(ended));
            _report(_state, Now);
            return false;
        }
        return false;
    }

    // Whether there is something to wait for.
    private bool Wait()
    {
        if (_running.Count > 0)
        {
            _ = Task.WaitAny([.. _running.Select(running => running.Task)], s_betweenLooks);
            return true;
        }
        if (_state.Ended is not null)
            return false;
        // Trials that the user holds back are all that is left.
        if (!_state.Trials.Any(trial => trial.Control == TrialControl.Pause))
        {
            Note(new ExperimentEnded("nothing is left to do"));
            return false;
        }
        _cancellation.WaitHandle.WaitOne(s_betweenLooks);
        return true;
    }

    private void Launch(JobDecided job)
    {
        var stop = CancellationTokenSource.CreateLinkedTokenSource(_cancellation);
        _controls.UnderWay(job.Trial, stop);
        _running.Add(new(job, _executor.RunAsync(_folder.Path, job.Job, stop.Token), stop));
    }

    private void ApplyControls()
    {
        foreach (var wanted in _controls.Take(_folder))
        {
            Note(wanted);
            if (wanted is TrialControlled { Control: not TrialControl.Resume } control)
                _running.FirstOrDefault(running => running.Job.Trial == control.Trial)?.Stop.Cancel();
            _report(_state, Now);
        }
    }

    private void StopAll()
    {
        foreach (var running in _running)
            running.Stop.Cancel();
        try
        {
            Task.WaitAll([.. _running.Select(running => running.Task)]);
        }
        catch (AggregateException)
        {
            // Each is looked at below; one that was stopped is begun anew when the experiment is resumed.
        }
        foreach (var running in _running)
        {
            if (_folder.ReadJob(running.Job.Job) is { } file)
                Note(new JobEnded(running.Job.Job, file.Result));
            running.Stop.Dispose();
        }
        _running.Clear();
        _models.Update(_state);
        _report(_state, Now);
    }

    private void Note(JournalEntry entry)
    {
        entry = entry with { At = Math.Round(Now, 3) };
        _journal.Append(entry);
        _state.Apply(entry);
    }
}
