namespace Ml.Cnn.Experiments.Execution;

/// <summary>
/// Does an experiment's jobs in this process, on the thread of the one who asks: on Linux only a process's first thread keeps large blocks of memory from one
/// step to the next.
/// </summary>
/// <param name="worker">Does them.</param>
internal sealed class InProcessExecutor(CnnTrialWorker worker) : ICnnTrialExecutor
{
    public int Workers => 1;

    public Task RunAsync(string folder, int job, CancellationToken cancellationToken)
    {
        try
        {
            worker.Run(job, cancellationToken);
            return Task.CompletedTask;
        }
        catch (OperationCanceledException e)
        {
            return Task.FromCanceled(e.CancellationToken.IsCancellationRequested ? e.CancellationToken : new CancellationToken(canceled: true));
        }
        catch (Exception e)
        {
            return Task.FromException(e);
        }
    }

    public void Dispose() { }
}
