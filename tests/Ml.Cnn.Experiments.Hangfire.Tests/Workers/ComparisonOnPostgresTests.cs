using System.Diagnostics;
using System.Reflection;
using System.Text.Json;
using Ml.Cnn.Experiments.Hangfire.Tests.Storage;

namespace Ml.Cnn.Experiments.Hangfire.Tests.Workers;

/// <summary>
/// Protects the whole of it, with trainings and the command: two workers on PostgreSQL, one of which is killed in the middle, try what one process tries, and
/// nothing twice.
/// </summary>
[TestClass]
public sealed class ComparisonOnPostgresTests
{
    private static readonly TimeSpan s_longest = TimeSpan.FromMinutes(2);

    private static readonly string s_command = Path.GetFullPath(Path.Join(AppContext.BaseDirectory,
        typeof(ComparisonOnPostgresTests).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>().Single(a => a.Key == "CliAssembly").Value));

    [TestMethod]
    public void Two_workers_one_of_whom_is_killed_try_what_one_process_tries()
    {
        var storage = TestDatabases.NewPostgres();
        using var folder = new TemporaryFolder();
        string[] compare =
        [
            "compare", "--data", "digits:300", "--archs", "lenet5,squeezenet1_1", "--budget", "2400 images", "--max-epochs", "4", "--seed", "3",
            "--threads", "1", "--parallelism", "2", "--json", "--out",
        ];
        var alone = Story(Output(Start(folder.Path, [.. compare, "alone"])));

        using var leader = Start(folder.Path, [.. compare, "together", "--storage", storage, "--takeover", "5s"]);
        var jobs = Path.Join(folder.Path, "together", "jobs");
        Await(() => Directory.Exists(jobs), "the experiment begins, and with it what its workers agree on");
        using var first = Start(folder.Path, ["worker", "--storage", storage]);
        using var second = Start(folder.Path, ["worker", "--storage", storage]);
        try
        {
            Await(() => Directory.GetFiles(jobs, "*.json").Length >= 2, "the workers train");
            first.Kill();
            CollectionAssert.AreEqual(alone, Story(Output(leader)));
            var decided = File.ReadLines(Path.Join(folder.Path, "together", "journal.jsonl"))
                .Count(line => line.Contains("\"decided\"", StringComparison.Ordinal));
            Assert.HasCount(decided, Directory.GetFiles(jobs, "*.json"), "a result for each job, and no job twice");
        }
        finally
        {
            second.Kill();
        }
    }

    private static void Await(Func<bool> condition, string what)
    {
        var waited = Stopwatch.StartNew();
        while (!condition())
        {
            Assert.IsLessThan(s_longest, waited.Elapsed, what);
            Thread.Sleep(20);
        }
    }

    private static Process Start(string folder, IReadOnlyList<string> arguments)
    {
        var start = new ProcessStartInfo("dotnet", [s_command, .. arguments])
        {
            WorkingDirectory = folder,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        start.Environment.TryAdd("OMP_WAIT_POLICY", "passive");
        var process = Process.Start(start)!;
        process.ErrorDataReceived += (_, _) => { };
        process.BeginErrorReadLine();
        return process;
    }

    private static JsonElement Output(Process process)
    {
        var output = process.StandardOutput.ReadToEndAsync();
        if (!process.WaitForExit(s_longest))
        {
            process.Kill(entireProcessTree: true);
            Assert.Fail($"The command did not end within {s_longest}.");
        }
        Assert.AreEqual(0, process.ExitCode, output.GetAwaiter().GetResult());
        return JsonSerializer.Deserialize<JsonElement>(output.GetAwaiter().GetResult());
    }

    // What came of every trial, without times.
    private static string[] Story(JsonElement json) => [.. json.GetProperty("runs").EnumerateArray().Select(run => string.Join(' ',
        ((string[])["trial", "arch", "status", "epochs", "accuracy", "logLoss", "settings"]).Select(name => run.GetProperty(name).GetRawText())))];
}
