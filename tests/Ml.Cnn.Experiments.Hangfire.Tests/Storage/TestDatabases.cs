namespace Ml.Cnn.Experiments.Hangfire.Tests.Storage;

/// <summary>Databases of one PostgreSQL for all tests, which the first to need it starts.</summary>
[TestClass]
public static class TestDatabases
{
    private static readonly Lock s_lock = new();
    private static PostgresCluster? s_cluster;

    /// <summary>A new, empty one, as a storage is told of it on a command line; skips the test where PostgreSQL is not installed.</summary>
    public static string NewPostgres()
    {
        lock (s_lock)
            s_cluster ??= new();
        return s_cluster.NewDatabase();
    }

    [AssemblyCleanup]
    public static void Stop() => s_cluster?.Dispose();
}
