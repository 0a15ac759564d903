using Ml.Cnn.Experiments.Storage;
using Ml.Cnn.Experiments.Trials;

namespace Ml.Cnn.Experiments.Execution;

/// <summary>A job as the journal knows it.</summary>
internal sealed record JobState(JobDecided Decision, TrialJobResult? Result);

/// <summary>A trial as the journal knows it.</summary>
internal sealed class TrialState(int id, TrialConfiguration configuration)
{
    public int Id => id;

    public TrialConfiguration Configuration => configuration;

    /// <summary>In the order of the rungs.</summary>
    public List<JobState> Jobs { get; } = [];

    /// <summary>What the user wants of it.</summary>
    public TrialControl Control { get; set; } = TrialControl.Resume;

    /// <summary>The newest result that has metrics; null while there is none.</summary>
    public JobState? Scored => Jobs.LastOrDefault(job => job.Result?.Metrics is not null);

    public bool IsUnderWay => Jobs is [.., { Result: null }];

    /// <summary>What its last result says, unless the user says otherwise.</summary>
    public CnnTrialStatus Status => Control switch
    {
        TrialControl.Skip => CnnTrialStatus.Skipped,
        TrialControl.Pause when !IsOver => CnnTrialStatus.Paused,
        _ => Jobs is [.., { Result: { } last }] ? last.Status : CnnTrialStatus.Running,
    };

    // A result that nothing follows.
    private bool IsOver => Jobs is [.., { Result: { } last }] && last.Status is not (CnnTrialStatus.Completed or CnnTrialStatus.Paused);
}

/// <summary>Where an experiment is: a function of its journal.</summary>
internal sealed class ExperimentState
{
    private readonly SortedDictionary<int, TrialState> _trials = [];
    private readonly Dictionary<int, JobDecided> _jobs = [];
    private readonly List<TrialConfiguration> _wanted = [];

    public IReadOnlyCollection<TrialState> Trials => _trials.Values;

    /// <summary>Jobs that were decided on.</summary>
    public int Jobs => _jobs.Count;

    /// <summary>Jobs without a result, in their order.</summary>
    public IEnumerable<JobDecided> Open =>
        Trials.SelectMany(trial => trial.Jobs).Where(job => job.Result is null).Select(job => job.Decision).OrderBy(job => job.Job);

    /// <summary>Configurations that the user added and that no trial has yet.</summary>
    public IEnumerable<TrialConfiguration> Wanted => _wanted.Where(wanted => Trials.All(trial => trial.Configuration != wanted));

    /// <summary>Why the experiment is over; null while it goes on.</summary>
    public string? Ended { get; private set; }

    /// <summary>Seconds of the experiment until its last line.</summary>
    public double Seconds { get; private set; }

    /// <summary>Whether every result is there that the next decision may depend on.</summary>
    /// <param name="lag">How many jobs the decision lags behind, at least 1.</param>
    public bool MayDecide(int lag) => Trials.SelectMany(trial => trial.Jobs).All(job => job.Result is not null || !IsVisible(job.Decision, lag));

    /// <summary>
    /// Whether the next decision sees a job's result. Those of the last ones it does not see, though they may be there: so timing has no say.
    /// </summary>
    /// <param name="job">The job.</param>
    /// <param name="lag">How many jobs the decision lags behind; with 1 it sees all that were decided on.</param>
    public bool IsVisible(JobDecided job, int lag) => job.Job <= Jobs + 1 - lag;

    public TrialState this[int trial] => _trials[trial];

    public JobDecided Job(int job) => _jobs[job];

    public static ExperimentState Of(IEnumerable<JournalEntry> entries)
    {
        var state = new ExperimentState();
        foreach (var entry in entries)
            state.Apply(entry);
        return state;
    }

    public void Apply(JournalEntry entry)
    {
        Seconds = Math.Max(Seconds, entry.At);
        switch (entry)
        {
            case SessionBegan:
                Ended = null;
                break;
            case JobDecided decided:
                _jobs.Add(decided.Job, decided);
                if (decided.Configuration is { } configuration)
                    _trials.Add(decided.Trial, new TrialState(decided.Trial, configuration));
                _trials[decided.Trial].Jobs.Add(new(decided, null));
                break;
            case JobEnded ended:
                var jobs = _trials[_jobs[ended.Job].Trial].Jobs;
                var place = jobs.FindIndex(job => job.Decision.Job == ended.Job);
                jobs[place] = jobs[place] with { Result = ended.Result };
                break;
            case TrialControlled controlled:
                if (_trials.TryGetValue(controlled.Trial, out var trial) && trial.Control != TrialControl.Skip)
                    trial.Control = controlled.Control;
                break;
            case TrialAdded added:
                _wanted.Add(added.Configuration);
                break;
            case ExperimentEnded over:
                Ended = over.Reason;
                break;
        }
    }
}
