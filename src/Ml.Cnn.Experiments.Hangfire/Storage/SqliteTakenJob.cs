using System.Globalization;
using Hangfire.Storage;
using Hangfire.Storage.SQLite;
using Hangfire.Storage.SQLite.Entities;
using SQLite;

namespace Ml.Cnn.Experiments.Hangfire.Storage;

/// <summary>
/// A job of a <see cref="SqliteTrialQueue"/> in a worker's hands, which a thread of its own renews: no training, however busy, keeps it from that.
/// </summary>
internal sealed class SqliteTakenJob : IFetchedJob
{
    private readonly SQLiteStorage _storage;
    private readonly TimeSpan _heartbeat;
    private readonly int _row;
    private readonly Lock _lock = new();
    private readonly ManualResetEventSlim _ended = new();

    /// <summary>The mark that makes the row this worker's; null once it is no more.</summary>
    private long? _taken;

    public SqliteTakenJob(SQLiteStorage storage, TakeoverTiming timing, JobQueue row)
    {
        (_storage, _heartbeat, _row, _taken) = (storage, timing.Heartbeat, row.Id, row.FetchedAt.Ticks);
        JobId = row.JobId.ToString(CultureInfo.InvariantCulture);
        new Thread(Renew) { IsBackground = true, Name = "Heartbeat of job " + JobId }.Start();
    }

    public string JobId { get; }

    public void RemoveFromQueue() => End("""DELETE FROM "JobQueue" WHERE "Id" = ? AND "FetchedAt" = ?""");

    public void Requeue() => End("""UPDATE "JobQueue" SET "FetchedAt" = 0 WHERE "Id" = ? AND "FetchedAt" = ?""");

    public void Dispose() => Requeue();

    private void End(string statement)
    {
        lock (_lock)
        {
            if (_taken is not { } taken)
                return;
            using (var connection = _storage.CreateAndOpenConnection())
                connection.Database.Execute(statement, _row, taken);
            _taken = null;
        }
        _ended.Set();
    }

    private void Renew()
    {
        while (!_ended.Wait(_heartbeat))
        {
            lock (_lock)
            {
                if (_taken is not { } taken)
                    return;
                try
                {
                    using var connection = _storage.CreateAndOpenConnection();
                    var now = DateTime.UtcNow.Ticks;
                    // No row is changed if another worker has taken the job: this one's token is canceled by Hangfire, which watches the job's state.
                    var isMine = connection.Database.Execute(
                        """UPDATE "JobQueue" SET "FetchedAt" = ? WHERE "Id" = ? AND "FetchedAt" = ?""", now, _row, taken) == 1;
                    _taken = isMine ? now : null;
                }
                catch (SQLiteException)
                {
                    // The file is busy, or the disk is full: the next heartbeat tries again.
                }
            }
        }
    }
}
