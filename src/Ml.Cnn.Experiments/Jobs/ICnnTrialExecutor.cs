namespace Ml.Cnn.Experiments;

/// <summary>
/// Has the jobs of an experiment done: in this process, or by workers elsewhere that see the experiment's folder. A job is one trial's training to its next
/// rung; all that it takes stands in the folder, and so does its result.
/// </summary>
/// <remarks>
/// A job may be done again, by the same worker or another: what an interrupted one had trained until its last checkpoint is not trained again, and a job
/// whose result is in the folder is done at once.
/// </remarks>
public interface ICnnTrialExecutor : IDisposable
{
    /// <summary>How many jobs can be under way at a time, at least 1.</summary>
    int Workers { get; }

    /// <summary>Has a job done.</summary>
    /// <param name="folder">The experiment's.</param>
    /// <param name="job">The job's number in the experiment's journal, from 1.</param>
    /// <param name="cancellationToken">Has the job stop at its next step, with a checkpoint.</param>
    /// <returns>Completes once the job's result is in the folder, or once it was stopped.</returns>
    Task RunAsync(string folder, int job, CancellationToken cancellationToken);
}
