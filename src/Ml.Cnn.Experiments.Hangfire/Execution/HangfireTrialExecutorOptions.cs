namespace Ml.Cnn.Experiments.Hangfire;

/// <summary>How an experiment hands its jobs to workers.</summary>
public sealed class HangfireTrialExecutorOptions
{
    /// <summary>How many jobs are under way at a time, at least 1: as many as there are workers. Default 1.</summary>
    public int Workers { get; set; } = 1;

    /// <summary>How often a job is asked for, 0.05 to 60 seconds. Default 0.5 seconds.</summary>
    public TimeSpan PollInterval { get; set; } = TimeSpan.FromSeconds(0.5);

    /// <summary>
    /// How long a canceled job may take to stop with a checkpoint before it is no longer waited for, as one is whose worker is dead; 0 to 1 day. Default 2
    /// minutes.
    /// </summary>
    public TimeSpan StopTimeout { get; set; } = TimeSpan.FromMinutes(2);

    /// <summary>For how long the storage may be out of reach before the experiment fails, 0 to 1 day. Default 10 minutes; training goes on meanwhile.</summary>
    public TimeSpan OutageTimeout { get; set; } = TimeSpan.FromMinutes(10);
}
