using Hangfire.Storage.SQLite;

namespace Ml.Cnn.Experiments.Hangfire.Storage;

/// <summary>Gives a <see cref="SQLiteStorage"/> a <see cref="SqliteTrialQueue"/>.</summary>
internal sealed class SqliteTrialQueueProvider(SQLiteStorage storage, TakeoverTiming timing) : IPersistentJobQueueProvider
{
    public IPersistentJobQueue GetJobQueue(HangfireDbContext connection) => new SqliteTrialQueue(connection, storage, timing);

    public IPersistentJobQueueMonitoringApi GetJobQueueMonitoringApi(HangfireDbContext connection) =>
        new Monitoring(new SQLiteJobQueueMonitoringApi(connection));

    /// <summary>The storage's own for the dashboard, which asks every provider for its queues: the storage's own names this one too.</summary>
    private sealed class Monitoring(SQLiteJobQueueMonitoringApi own) : IPersistentJobQueueMonitoringApi
    {
        public IEnumerable<string> GetQueues() => [];

        public IEnumerable<int> GetEnqueuedJobIds(string queue, int from, int perPage) => own.GetEnqueuedJobIds(queue, from, perPage);

        public IEnumerable<int> GetFetchedJobIds(string queue, int from, int perPage) => own.GetFetchedJobIds(queue, from, perPage);

        public EnqueuedAndFetchedCountDto GetEnqueuedAndFetchedCount(string queue) => own.GetEnqueuedAndFetchedCount(queue);
    }
}
