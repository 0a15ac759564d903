using Ml.Cnn.Experiments.Hangfire.Tests.Workers;

namespace Ml.Cnn.Experiments.Hangfire.Tests.Stores;

/// <summary>
/// Protects workers that share no folder, with trainings and the command: two of them, one of which is killed in the middle, try what one process tries, go on
/// from each other's checkpoints, and leave nothing in the bucket that nobody needs.
/// </summary>
[TestClass]
public sealed class ComparisonInBucketTests
{
    [TestMethod]
    public async Task Two_workers_with_a_bucket_try_what_one_process_tries()
    {
        await using var server = await BucketServer.StartAsync();
        using var folder = new TemporaryFolder();
        var storage = "sqlite:" + Path.Join(folder.Path, "jobs.db");
        string[] compare =
        [
            "compare", "--data", "digits:300", "--archs", "lenet5,squeezenet1_1", "--budget", "2400 images", "--max-epochs", "4", "--seed", "3",
            "--threads", "1", "--parallelism", "2", "--json", "--out",
        ];
        var alone = Comparisons.Story(Comparisons.Output(Comparisons.Start(folder.Path, [.. compare, "alone"])));

        (string, string)[] environment = [("AWS_ENDPOINT_URL", server.Address.AbsoluteUri), ("AWS_ACCESS_KEY_ID", "key"), ("AWS_SECRET_ACCESS_KEY", "secret")];
        string[] store = ["--storage", storage, "--store", $"s3://{BucketServer.Bucket}/one"];
        using var leader = Comparisons.Start(folder.Path, [.. compare, "together", .. store, "--takeover", "5s"], environment);
        Comparisons.Await(() => server.Files.ContainsKey("one/journal.jsonl"), "the experiment begins");
        using var first = Comparisons.Start(folder.Path, ["worker", .. store], environment);
        using var second = Comparisons.Start(folder.Path, ["worker", .. store, "--folder", "second"], environment);
        try
        {
            Comparisons.Await(() => server.Files.Keys.Count(IsResult) >= 2, "the workers train");
            first.Kill();
            CollectionAssert.AreEqual(alone, Comparisons.Story(Comparisons.Output(leader)));
        }
        finally
        {
            second.Kill();
        }
        var decided = File.ReadLines(Path.Join(folder.Path, "together", "journal.jsonl"))
            .Count(line => line.Contains("\"decided\"", StringComparison.Ordinal));
        Assert.HasCount(decided, server.Writes.Where(IsResult).ToArray(), "a result for each job, and no job twice");
        Assert.HasCount(decided, Directory.GetFiles(Path.Join(folder.Path, "together", "jobs"), "*.json"));
        Assert.IsTrue(File.Exists(Path.Join(folder.Path, "together", "best", "model.zip")));
        Assert.IsEmpty(server.Files.Keys.Where(name => name.EndsWith("model.zip", StringComparison.Ordinal)));
        Assert.IsFalse(Directory.Exists(Path.Join(folder.Path, "together", "trials", "0001", "fold-1")), "checkpoints are the workers' alone");
    }

    private static bool IsResult(string name) => name.StartsWith("one/jobs/", StringComparison.Ordinal) && name.EndsWith(".json", StringComparison.Ordinal);
}
