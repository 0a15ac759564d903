using System.Collections.Concurrent;

namespace Ml.Cnn.Experiments.Hangfire.Tests.Storage;

/// <summary>
/// The queue in a SQLite file, asked by several at a time through connections of their own, as processes are: of a thousand jobs, Hangfire.Storage.SQLite's own
/// queue gave ten to two or three of three processes.
/// </summary>
[TestClass]
public sealed class SqliteTrialQueueTests
{
    public TestContext TestContext { get; set; } = null!;

    [TestMethod]
    public void A_job_is_taken_once_however_many_ask()
    {
        const int jobs = 400, workers = 4;
        using var folder = new TemporaryFolder();
        using var filling = TrialStorage.InFolder(folder.Path);
        using (var connection = filling.Jobs.GetConnection())
        using (var transaction = connection.CreateWriteTransaction())
        {
            foreach (var job in Enumerable.Range(1, jobs))
                transaction.AddToQueue(filling.Queue, job.ToString(System.Globalization.CultureInfo.InvariantCulture));
            transaction.Commit();
        }
        var taken = new ConcurrentQueue<int>();
        using var stop = new CancellationTokenSource();
        var threads = Enumerable.Range(0, workers).Select(_ => Task.Factory.StartNew(() =>
        {
            using var storage = TrialStorage.InFolder(folder.Path);
            using var connection = storage.Jobs.GetConnection();
            while (!stop.IsCancellationRequested)
            {
                try
                {
                    using var job = connection.FetchNextJob([storage.Queue], stop.Token);
                    taken.Enqueue(int.Parse(job.JobId, System.Globalization.CultureInfo.InvariantCulture));
                    job.RemoveFromQueue();
                    if (taken.Count >= jobs)
                        stop.CancelAfter(TimeSpan.FromSeconds(0.5)); // time for a job that is taken twice
                }
                catch (OperationCanceledException)
                {
                    return;
                }
            }
        }, TaskCreationOptions.LongRunning)).ToArray();
        Task.WaitAll(threads, TestContext.CancellationToken);
        CollectionAssert.AreEqual(Enumerable.Range(1, jobs).ToArray(), taken.Order().ToArray());
    }

    [TestMethod]
    public void A_job_that_was_put_back_is_taken_again_at_once_and_one_that_was_not_is_not()
    {
        using var folder = new TemporaryFolder();
        using var storage = TrialStorage.InFolder(folder.Path, new() { TakeoverTime = TimeSpan.FromHours(1) });
        using var connection = storage.Jobs.GetConnection();
        using (var transaction = connection.CreateWriteTransaction())
        {
            transaction.AddToQueue(storage.Queue, "7");
            transaction.Commit();
        }
        using (var first = connection.FetchNextJob([storage.Queue], TestContext.CancellationToken))
        {
            using var soon = new CancellationTokenSource(TimeSpan.FromSeconds(0.3));
            Assert.ThrowsExactly<OperationCanceledException>(() => connection.FetchNextJob([storage.Queue], soon.Token));
            first.Requeue();
        }
        using var again = connection.FetchNextJob([storage.Queue], TestContext.CancellationToken);
        Assert.AreEqual("7", again.JobId);
    }
}
