using Ml.Cnn.Experiments.Hangfire.Tests.Storage;

namespace Ml.Cnn.Experiments.Hangfire.Tests.Workers;

/// <summary>
/// Protects the whole of it, with trainings and the command: two workers on PostgreSQL, one of which is killed in the middle, try what one process tries, and
/// nothing twice.
/// </summary>
[TestClass]
public sealed class ComparisonOnPostgresTests
{
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
        var alone = Comparisons.Story(Comparisons.Output(Comparisons.Start(folder.Path, [.. compare, "alone"])));

        using var leader = Comparisons.Start(folder.Path, [.. compare, "together", "--storage", storage, "--takeover", "5s"]);
        var jobs = Path.Join(folder.Path, "together", "jobs");
        Comparisons.Await(() => Directory.Exists(jobs), "the experiment begins, and with it what its workers agree on");
        using var first = Comparisons.Start(folder.Path, ["worker", "--storage", storage]);
        using var second = Comparisons.Start(folder.Path, ["worker", "--storage", storage]);
        try
        {
            Comparisons.Await(() => Directory.GetFiles(jobs, "*.json").Length >= 2, "the workers train");
            first.Kill();
            CollectionAssert.AreEqual(alone, Comparisons.Story(Comparisons.Output(leader)));
            var decided = File.ReadLines(Path.Join(folder.Path, "together", "journal.jsonl"))
                .Count(line => line.Contains("\"decided\"", StringComparison.Ordinal));
            Assert.HasCount(decided, Directory.GetFiles(jobs, "*.json"), "a result for each job, and no job twice");
        }
        finally
        {
            second.Kill();
        }
    }
}
