using System.Diagnostics;

namespace MlCnn.Cli.Tests;

/// <summary>'mlcnn score' that ends before its time, at any time.</summary>
[TestClass]
public sealed class BulkScoringInterruptionTests : BulkScoringTest
{
    private const int Kills = 4;

    // Ten crops of each: slow enough to be killed on the way.
    private static readonly string[] s_arguments = ["score", "--model", "m.zip", "--data", "digits:1500", "--tta", "ten", "--out"];

    public required TestContext TestContext { get; set; }

    [TestInitialize]
    public void RequireSignals()
    {
        if (OperatingSystem.IsWindows())
            Assert.Inconclusive("Skipped: these tests use POSIX signals.");
    }

    /// <summary>Protects days of scoring: no kill loses a row, writes one twice or changes a byte.</summary>
    [TestMethod]
    [DataRow("s.csv")]
    [DataRow("s.parquet")]
    public void A_killed_process_is_gone_on_from_to_the_same_bytes(string name)
    {
        var seed = Environment.TickCount;
        TestContext.WriteLine($"seed {seed}");
        var random = new Random(seed);
        for (var i = 0; i < Kills; i++)
        {
            var process = Cli.Start(Folder, [.. s_arguments, name]);
            if (!WaitFor(process, Path.Join(Folder, name + ".unfinished")))
                break;
            Thread.Sleep(random.Next(1500));
            process.Kill();
            Cli.Finish(process);
        }
        Run([.. s_arguments, name]).Expect(0);
        var whole = "whole" + Path.GetExtension(name);
        Run([.. s_arguments, whole]).Expect(0);

        CollectionAssert.AreEqual(Bytes(whole), Bytes(name), $"seed {seed}");
        CollectionAssert.AreEqual(Enumerable.Range(0, 1500).Select(i => FormattableString.Invariant($"{i}")).ToArray(),
            ReadRows(name).Select(row => row.Image).ToArray());
        AssertNothingElse(name);
    }

    /// <summary>Protects from two jobs that write one file, and lets a cluster take a job away politely.</summary>
    [TestMethod]
    public void A_second_process_is_refused_and_a_signal_stops_the_first_so_that_it_can_go_on()
    {
        var process = Cli.Start(Folder, [.. s_arguments, "s.csv", "--json"]);
        Assert.IsTrue(WaitFor(process, Path.Join(Folder, "s.csv.unfinished")));
        Assert.Contains("another process is writing 's.csv'", Run([.. s_arguments, "s.csv"]).Expect(1).Error);
        Cli.Signal(process, "TERM");
        var stopped = Cli.Finish(process).Expect(130);
        Assert.Contains("The same command goes on from there", stopped.Error);
        Assert.IsFalse(stopped.Json.GetProperty("finished").GetBoolean());
        var done = stopped.Json.GetProperty("done").GetInt64();
        Assert.IsFalse(File.Exists(Path.Join(Folder, "s.csv")));

        var finished = Run([.. s_arguments, "s.csv", "--json"]).Expect(0).Json;
        Assert.AreEqual(done, finished.GetProperty("before").GetInt64());
        Assert.AreEqual(1500, finished.GetProperty("done").GetInt64());
    }

    // False where the process was over before.
    private static bool WaitFor(Process process, string file)
    {
        var waited = Stopwatch.StartNew();
        while (!File.Exists(file) && !process.HasExited)
        {
            Assert.IsLessThan(TimeSpan.FromSeconds(60), waited.Elapsed, $"Waited in vain for '{file}'.");
            Thread.Sleep(10);
        }
        return File.Exists(file);
    }
}
