using System.Globalization;
using Hangfire;
using Hangfire.Client;
using Hangfire.States;
using Hangfire.Storage;

namespace Ml.Cnn.Experiments.Hangfire.Jobs;

/// <summary>The jobs of experiments in Hangfire's storage, as the experiment's side sees them.</summary>
internal sealed class TrialQueue(TrialStorage storage)
{
    /// <summary>After the last job of an experiment.</summary>
    private static readonly TimeSpan s_memory = TimeSpan.FromDays(90);

    private static readonly TrialJobFilters s_filters = new([]);

    private static readonly string[] s_underWay = [EnqueuedState.StateName, ProcessingState.StateName, ScheduledState.StateName];

    /// <summary>
    /// Puts a job into the queue and gives Hangfire's id of it. A job that is under way already, for an experiment that was interrupted and has come back, is
    /// left as it is.
    /// </summary>
    public string Enqueue(string folder, int job)
    {
        var (key, field) = ("mlcnn:jobs:" + folder, job.ToString(CultureInfo.InvariantCulture));
        using var connection = (JobStorageConnection)storage.Jobs.GetConnection();
        if (connection.GetValueFromHash(key, field) is { Length: > 0 } known && connection.GetStateData(known)?.Name is { } state && s_underWay.Contains(state))
            return known;
        // Noted together with the beginning: if this process ends in between, then nothing runs that nobody knows of.
        var created = new BackgroundJobFactory(s_filters).Create(new CreateContext(storage.Jobs, connection, TrialJob.Of(folder, job, storage.Queue), null));
        using var transaction = (JobStorageTransaction)connection.CreateWriteTransaction();
        transaction.SetRangeInHash(key, [new(field, created.Id)]);
        transaction.ExpireHash(key, s_memory);
        var queued = new EnqueuedState(storage.Queue) { Reason = "Decided on by the experiment" };
        new StateMachine(s_filters).ApplyState(new ApplyStateContext(storage.Jobs, connection, transaction, created, queued, null));
        transaction.Commit();
        return created.Id;
    }

    /// <summary>What became of a job; null if the storage has forgotten it.</summary>
    public StateData? State(string id)
    {
        using var connection = storage.Jobs.GetConnection();
        return connection.GetStateData(id);
    }

    /// <summary>Has a job stop, or not begin.</summary>
    public void Delete(string id) =>
        new BackgroundJobClient(storage.Jobs, s_filters).ChangeState(id, new DeletedState { Reason = "Canceled by the experiment" }, null);

    /// <summary>Whether a worker has it in hands.</summary>
    public bool IsRunning(string id)
    {
        using var connection = storage.Jobs.GetConnection();
        return TrialRun.IsRunning(connection, id);
    }
}
