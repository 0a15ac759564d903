namespace Ml.Cnn.Experiments.Hangfire.Tests.Storage;

/// <summary>What a command line may say of a storage: every spelling that is documented, what is told of others, and that no password is shown.</summary>
[TestClass]
public sealed class TrialStorageTests
{
    [TestMethod]
    [DataRow("memory", "memory", false, false)]
    [DataRow("MEMORY", "memory", false, false)]
    [DataRow("sqlite:/data/jobs", "sqlite:/data/jobs", true, false)]
    [DataRow("/data/jobs.db", "sqlite:/data/jobs.db", true, false)]
    [DataRow("postgres://me:s3cret@db.example.org:5433/jobs", "postgres://me@db.example.org:5433/jobs", true, true)]
    [DataRow("postgresql://db.example.org/jobs?sslmode=verify-full&connect_timeout=5", "postgres://db.example.org:5432/jobs", true, true)]
    [DataRow("postgres://me:a%40b%2Fc@[2001:db8::1]/jobs", "postgres://me@2001:db8::1:5432/jobs", true, true)]
    [DataRow("postgres:///jobs?host=/run/postgresql&user=me", "postgres://me@/jobs?host=/run/postgresql", true, true)]
    [DataRow("Host=db;Database=jobs;Username=me;Password=s3cret", "postgres://me@db:5432/jobs", true, true)]
    public void Documented_spellings_are_read(string text, string name, bool severalProcesses, bool severalMachines)
    {
        using var storage = TrialStorage.Parse(text);
        Assert.AreEqual(name, storage.ToString());
        Assert.AreEqual(severalProcesses, storage.IsForSeveralProcesses);
        Assert.AreEqual(severalMachines, storage.IsForSeveralMachines);
    }

    [TestMethod]
    public void A_url_says_what_a_connection_string_says()
    {
        var connection = new Npgsql.NpgsqlConnectionStringBuilder(Hangfire.Storage.StorageText.Parse(
            "postgres://me:a%40b%3Ac@db/jobs?sslmode=verify-full&connect_timeout=5&application_name=x").Target);
        Assert.AreEqual("a@b:c", connection.Password);
        Assert.AreEqual(Npgsql.SslMode.VerifyFull, connection.SslMode);
        Assert.AreEqual(5, connection.Timeout);
        Assert.AreEqual("x", connection.ApplicationName);
    }

    [TestMethod]
    [DataRow("redis://x", "The storage 'redis://x' is not known: expected postgres://")]
    [DataRow("sqlite:", "names no file")]
    [DataRow("sqlite::memory:", "memory for one process")]
    [DataRow("postgres://db", "names no database")]
    [DataRow("postgres:///jobs", "names no host")]
    [DataRow("postgres://me:s3cret/x@db/jobs", "in a password as %40, %2F")]
    [DataRow("postgres://db:80000/jobs", "no port")]
    [DataRow("postgres://a,b/jobs", "several hosts")]
    [DataRow("postgres://db/jobs?speed=high", "'speed'")]
    [DataRow("Host=db;Database=jobs;Speed=high;Password=s3cret", "speed")]
    [DataRow("Host=db;Password=s3cret", "names no database")]
    public void Others_are_explained(string text, string message)
    {
        var error = Assert.ThrowsExactly<FormatException>(() => TrialStorage.Parse(text));
        Assert.Contains(message, error.Message);
        Assert.DoesNotContain("s3cret", error.Message);
    }

    [TestMethod]
    public void A_storage_out_of_reach_is_named_at_once()
    {
        using var storage = TrialStorage.Parse("postgres://me:s3cret@127.0.0.1:1/jobs");
        var error = Assert.ThrowsExactly<IOException>(() => storage.Jobs);
        Assert.Contains("postgres://me@127.0.0.1:1/jobs cannot be opened", error.Message);
        Assert.DoesNotContain("s3cret", error.Message);
    }

    [TestMethod]
    public void Options_out_of_range_are_refused()
    {
        Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => TrialStorage.Parse("memory", new() { TakeoverTime = TimeSpan.FromSeconds(1) }));
        Assert.ThrowsExactly<ArgumentException>(() => TrialStorage.Parse("memory", new() { Queue = "My queue" }));
    }

    [TestMethod]
    public async Task A_takeover_time_of_their_own_is_refused_while_workers_live()
    {
        using var folder = new TemporaryFolder();
        using var stop = new CancellationTokenSource();
        using (var ten = TrialStorage.InFolder(folder.Path, new() { TakeoverTime = TimeSpan.FromSeconds(10) }))
        {
            var worker = new HangfireTrialServer(ten, (_, _, _) => { }).RunAsync(stop.Token);
            while (ten.Jobs.GetMonitoringApi().Servers().Count == 0)
                await Task.Delay(20);

            using var same = TrialStorage.InFolder(folder.Path);
            Assert.AreEqual(TimeSpan.FromSeconds(10), same.TakeoverTime, "whoever asks for none has the others'");
            using var five = TrialStorage.InFolder(folder.Path, new() { TakeoverTime = TimeSpan.FromSeconds(5) });
            var error = Assert.ThrowsExactly<InvalidOperationException>(() => five.Jobs);
            Assert.Contains("use a takeover time of 10 seconds, and 5 were asked for", error.Message);

            await stop.CancelAsync();
            await worker;
        }
        using var later = TrialStorage.InFolder(folder.Path, new() { TakeoverTime = TimeSpan.FromSeconds(5) });
        Assert.AreEqual(TimeSpan.FromSeconds(5), later.TakeoverTime);
    }
}
