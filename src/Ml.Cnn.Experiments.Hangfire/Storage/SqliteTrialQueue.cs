using Hangfire.Storage;
using Hangfire.Storage.SQLite;
using Hangfire.Storage.SQLite.Entities;

namespace Ml.Cnn.Experiments.Hangfire.Storage;

/// <summary>
/// The jobs that wait in a SQLite file, for several processes. Hangfire.Storage.SQLite's own queue reads a row and marks it afterwards, under a lock of its
/// process alone, so that two processes may take one job; and it gives a job away after a fixed time, however alive its worker is. Here a job is taken in one
/// statement, and is its worker's for as long as the worker renews it. The table is the same.
/// </summary>
internal sealed class SqliteTrialQueue(HangfireDbContext connection, SQLiteStorage storage, TakeoverTiming timing) : IPersistentJobQueue
{
    public IFetchedJob Dequeue(string[] queues, CancellationToken cancellationToken)
    {
        while (true)
        {
            foreach (var queue in queues)
            {
                cancellationToken.ThrowIfCancellationRequested();
                if (Take(queue) is { } row)
                    return new SqliteTakenJob(storage, timing, row);
            }
            cancellationToken.WaitHandle.WaitOne(timing.Poll);
        }
    }

    public void Enqueue(string queue, string jobId) =>
        connection.Database.Insert(new JobQueue { JobId = int.Parse(jobId, System.Globalization.CultureInfo.InvariantCulture), Queue = queue });

    private JobQueue? Take(string queue)
    {
        // Times are ticks; one that was never taken has 0. SQLite has one writer at a time, so no other takes the row between the selection and the mark.
        var now = DateTime.UtcNow;
        return connection.Database.Query<JobQueue>(
            """
            UPDATE "JobQueue" SET "FetchedAt" = ?
            WHERE "Id" = (SELECT "Id" FROM "JobQueue" WHERE "Queue" = ? AND "FetchedAt" < ? ORDER BY "Id" LIMIT 1)
            RETURNING "Id", "JobId", "Queue", "FetchedAt"
            """,
            now.Ticks, queue, (now - timing.Silence).Ticks).SingleOrDefault();
    }
}
