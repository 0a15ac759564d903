using System.Diagnostics;
using System.Globalization;
using Npgsql;

namespace Ml.Cnn.Experiments.Hangfire.Tests.Storage;

/// <summary>
/// A PostgreSQL of the system's own programs, in a temporary folder and on a Unix socket there alone; ended after the tests. Tests that need it are skipped
/// where it is not installed.
/// </summary>
internal sealed class PostgresCluster : IDisposable
{
    private const string Installations = "/usr/lib/postgresql", User = "mlcnn";

    private readonly TemporaryFolder _folder = new();
    private readonly string[] _start;
    private Process _server;
    private int _databases;

    /// <summary>Starts one, or skips the test.</summary>
    public PostgresCluster()
    {
        var programs = Programs();
        var data = Path.Join(_folder.Path, "data");
        // PostgreSQL refuses to run as root.
        var isRoot = Environment.UserName == "root";
        if (isRoot)
            Run("chown", ["postgres", _folder.Path]);
        Run([.. Unprivileged(isRoot), Path.Join(programs, "initdb"), "-D", data, "-U", User, "-A", "trust", "-E", "UTF8", "--locale", "C", "--no-sync"]);
        string[] settings = ["-D", data, "-k", _folder.Path, "-c", "listen_addresses=", "-c", "fsync=off"];
        _start = [.. Unprivileged(isRoot), Path.Join(programs, "postgres"), .. settings];
        _server = Start(_start);
        Await();
    }

    /// <summary>Ends it with all connections, and starts it again after a while.</summary>
    public void Interrupt(TimeSpan outage)
    {
        End("-INT");
        Thread.Sleep(outage);
        _server = Start(_start);
        Await();
    }

    private void Await()
    {
        var waited = Stopwatch.StartNew();
        while (!CanConnect())
        {
            Assert.IsFalse(_server.HasExited, "PostgreSQL does not start.");
            Assert.IsLessThan(TimeSpan.FromMinutes(1), waited.Elapsed, "PostgreSQL does not answer.");
            Thread.Sleep(50);
        }
    }

    /// <summary>A new, empty database, as a storage is told of it on a command line.</summary>
    public string NewDatabase()
    {
        var name = string.Create(CultureInfo.InvariantCulture, $"test{Interlocked.Increment(ref _databases)}");
        using var connection = new NpgsqlConnection(ConnectionString("postgres"));
        connection.Open();
        using var create = new NpgsqlCommand("CREATE DATABASE " + name, connection);
        create.ExecuteNonQuery();
        return $"postgres://{User}@/{name}?host={Uri.EscapeDataString(_folder.Path)}";
    }

    public void Dispose()
    {
        NpgsqlConnection.ClearAllPools();
        End("-QUIT"); // at once; nothing in it is needed
        _folder.Dispose();
    }

    private void End(string signal)
    {
        Run("kill", [signal, _server.Id.ToString(CultureInfo.InvariantCulture)]);
        _server.WaitForExit();
        _server.Dispose();
    }

    private string ConnectionString(string database) =>
        new NpgsqlConnectionStringBuilder { Host = _folder.Path, Username = User, Database = database }.ConnectionString;

    private bool CanConnect()
    {
        try
        {
            using var connection = new NpgsqlConnection(ConnectionString("postgres"));
            connection.Open();
            return true;
        }
        catch (NpgsqlException)
        {
            return false;
        }
    }

    private static string Programs()
    {
        var newest = Directory.Exists(Installations)
            ? Directory.GetDirectories(Installations)
                .Where(folder => int.TryParse(Path.GetFileName(folder), CultureInfo.InvariantCulture, out _) && File.Exists(Path.Join(folder, "bin", "initdb")))
                .MaxBy(folder => int.Parse(Path.GetFileName(folder), CultureInfo.InvariantCulture))
            : null;
        if (newest is null)
            Assert.Inconclusive("Skipped: this test needs PostgreSQL (Debian: apt-get install postgresql), which is not there.");
        return Path.Join(newest, "bin");
    }

    /// <summary>Debian's package makes the user.</summary>
    private static string[] Unprivileged(bool isRoot) => isRoot ? ["setpriv", "--reuid=postgres", "--regid=postgres", "--clear-groups"] : [];

    private static void Run(params string[] command) => Run(command[0], command[1..]);

    private static void Run(string program, string[] arguments)
    {
        using var process = Start([program, .. arguments]);
        process.WaitForExit();
        Assert.AreEqual(0, process.ExitCode, $"{program} failed.");
    }

    private static Process Start(string[] command)
    {
        var start = new ProcessStartInfo(command[0], command[1..]) { RedirectStandardOutput = true, RedirectStandardError = true, WorkingDirectory = "/" };
        var process = new Process { StartInfo = start };
        process.OutputDataReceived += (_, _) => { };
        process.ErrorDataReceived += (_, _) => { };
        process.Start();
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        return process;
    }
}
