namespace Ml.Cnn.Experiments.Hangfire;

/// <summary>How the users of a <see cref="TrialStorage"/> find each other, and how soon they give up on one.</summary>
public sealed class TrialStorageOptions
{
    /// <summary>
    /// Within which time the job of a dead worker goes on elsewhere, if a worker is free: 5 seconds to 1 day. A worker is dead if it says nothing for three
    /// quarters of that. Default null: the time that the storage's other users have, and otherwise 1 minute.
    /// </summary>
    public TimeSpan? TakeoverTime { get; set; }

    /// <summary>
    /// Through which queue jobs go to workers: lower-case letters, digits, underscores and hyphens. Workers take the jobs of their queue alone, so that
    /// machines can be kept for some experiments. Default "mlcnn".
    /// </summary>
    public string Queue { get; set; } = "mlcnn";
}
