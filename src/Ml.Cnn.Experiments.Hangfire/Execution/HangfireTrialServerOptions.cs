namespace Ml.Cnn.Experiments.Hangfire;

/// <summary>How a worker does the jobs of experiments.</summary>
public sealed class HangfireTrialServerOptions
{
    /// <summary>
    /// The experiment's folder as this worker sees it, where the machine of the experiment has it elsewhere. Then the worker is for that experiment's queue
    /// alone. Default null: where the experiment says.
    /// </summary>
    public string? ExperimentFolder { get; set; }

    /// <summary>What the worker is called in Hangfire's dashboard. Default: the machine's name.</summary>
    public string Name { get; set; } = Environment.MachineName;

    /// <summary>
    /// After how long a job is tried again that failed through its disk, its network or the storage: as often as there are times, whole seconds. Default 10
    /// seconds, then 1 minute. A job that failed otherwise is not tried again.
    /// </summary>
    public IReadOnlyList<TimeSpan> RetryDelays { get; set; } = [TimeSpan.FromSeconds(10), TimeSpan.FromMinutes(1)];

    /// <summary>With how many dead workers a job is given up that takes its workers along, at least 1. Default 5.</summary>
    public int MaximumDeaths { get; set; } = 5;

    /// <summary>
    /// How long a job may take to stop with a checkpoint when the worker is to end, 0 to 1 day. Default 2 minutes. One that takes longer goes on elsewhere
    /// from its last checkpoint, after the takeover time.
    /// </summary>
    public TimeSpan StopTimeout { get; set; } = TimeSpan.FromMinutes(2);

    /// <summary>
    /// Whether the worker ends, as if it were told to, when its standard input does: when the process that started it has died. Default false.
    /// </summary>
    public bool StopWhenInputEnds { get; set; }

    /// <summary>Is told in a line what becomes of each job. Default null: nobody.</summary>
    public Action<string>? Report { get; set; }
}
