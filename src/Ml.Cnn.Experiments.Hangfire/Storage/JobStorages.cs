using System.Data.Common;
using Hangfire;
using Hangfire.InMemory;
using Hangfire.PostgreSql;
using Hangfire.PostgreSql.Factories;
using Hangfire.Storage.SQLite;
using Npgsql;
using SQLite;

namespace Ml.Cnn.Experiments.Hangfire.Storage;

/// <summary>Opens Hangfire's storages, with intervals that let a dead worker's job go on in time and a living one's alone.</summary>
internal static class JobStorages
{
    /// <summary>Its schema in a PostgreSQL database, apart from another app's Hangfire in the same one.</summary>
    private const string Schema = "mlcnn";

    /// <summary>Its number among PostgreSQL's advisory locks: "mlcnn" in ASCII.</summary>
    private const long SchemaLock = 0x6D6C636E6E;

    /// <exception cref="IOException">The storage cannot be opened.</exception>
    public static JobStorage Open(StorageText text, TakeoverTiming timing, string queue)
    {
        try
        {
            return text.Kind switch
            {
                StorageKind.Memory => new InMemoryStorage(),
                StorageKind.Sqlite => Sqlite(text.Target, timing, queue),
                _ => Postgres(text.Target, timing),
            };
        }
        catch (Exception exception) when (IsFailure(exception) || exception is InvalidOperationException or UnauthorizedAccessException)
        {
            throw new IOException($"The storage {text.Name} cannot be opened: {Innermost(exception).Message}", exception);
        }
    }

    /// <summary>Whether it is the storage that failed, or a disk or network: what may be gone in a while.</summary>
    public static bool IsFailure(Exception exception) => exception is IOException or TimeoutException or DbException or SQLiteException
        || exception.InnerException is { } inner && IsFailure(inner);

    private static PostgreSqlStorage Postgres(string connection, TakeoverTiming timing)
    {
        var options = new PostgreSqlStorageOptions
        {
            SchemaName = Schema,
            UseSlidingInvisibilityTimeout = true,
            InvisibilityTimeout = timing.Silence,
            QueuePollInterval = timing.Poll,
            DistributedLockTimeout = timing.LockLifetime,
            // A wrong password is told at once, and not after minutes.
            StartupConnectionMaxRetries = 0,
            AllowDegradedModeWithoutStorage = false,
        };
        // Hangfire.PostgreSql makes and changes its tables without a lock, which fails where several workers start at a time.
        using var alone = new NpgsqlConnection(connection);
        alone.Open();
        using var transaction = alone.BeginTransaction();
        using (var wait = new NpgsqlCommand("SELECT pg_advisory_xact_lock(@lock)", alone, transaction) { CommandTimeout = 300 }) // seconds, for many workers
        {
            wait.Parameters.AddWithValue("lock", SchemaLock);
            wait.ExecuteNonQuery();
        }
        var storage = new PostgreSqlStorage(new NpgsqlConnectionFactory(connection, options), options);
        transaction.Commit();
        return storage;
    }

    private static SQLiteStorage Sqlite(string path, TakeoverTiming timing, string queue)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        var options = new SQLiteStorageOptions
        {
            JournalMode = SQLiteStorageOptions.JournalModes.WAL,
            QueuePollInterval = timing.Poll,
            InvisibilityTimeout = TimeSpan.FromDays(10_000), // of the queue that is not used
            DistributedLockLifetime = timing.LockLifetime,
        };
        var connections = new SQLiteDbConnectionFactory(() => Connect(path));
        var storage = new SQLiteStorage(connections, options);
        storage.QueueProviders.Add(new SqliteTrialQueueProvider(storage, timing), [queue]);
        return storage;
    }

    private static SQLiteConnection Connect(string path)
    {
        // Connections are used by the threads of locks' heartbeats too.
        const SQLiteOpenFlags flags = SQLiteOpenFlags.ReadWrite | SQLiteOpenFlags.Create | SQLiteOpenFlags.FullMutex;
        var connection = new SQLiteConnection(path, flags, storeDateTimeAsTicks: true) { BusyTimeout = TimeSpan.FromSeconds(30) };
        // With a write-ahead log a killed process loses nothing so, and a power cut only jobs that the experiment asks for again. It saves a flush to the
        // disk for each of a job's forty statements.
        connection.Execute("PRAGMA synchronous = NORMAL");
        return connection;
    }

    private static Exception Innermost(Exception exception) => exception.InnerException is { } inner ? Innermost(inner) : exception;
}
