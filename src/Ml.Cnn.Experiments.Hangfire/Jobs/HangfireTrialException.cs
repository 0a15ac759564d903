namespace Ml.Cnn.Experiments.Hangfire;

/// <summary>A job of an experiment was not done: its worker failed, its workers died, or it was deleted in Hangfire.</summary>
public sealed class HangfireTrialException : Exception
{
    internal HangfireTrialException(string message, int job, string? workerException = null) : base(message) =>
        (Job, WorkerException) = (job, workerException);

    /// <summary>The job's number in the experiment's journal.</summary>
    public int Job { get; }

    /// <summary>The full name of the type of what the worker threw: "System.IO.InvalidDataException". Null if it threw nothing.</summary>
    public string? WorkerException { get; }
}
