using System.Collections.Concurrent;

namespace Ml.Cnn.Experiments.Hangfire.Tests.Workers;

/// <summary>An executor and a worker on a storage in memory: what the experiment learns of its jobs, and the worker of being told to stop.</summary>
[TestClass]
public sealed class InOneProcessTests
{
    public TestContext TestContext { get; set; } = null!;

    [TestMethod]
    public async Task Jobs_are_done_one_by_one_with_their_folder_and_number()
    {
        var done = new ConcurrentQueue<(string, int)>();
        var (underWay, most) = (0, 0);
        await using var worker = new RunningWorker((folder, job, _) =>
        {
            most = Math.Max(most, Interlocked.Increment(ref underWay));
            Thread.Sleep(20);
            done.Enqueue((folder, job));
            Interlocked.Decrement(ref underWay);
        });
        using var executor = new HangfireTrialExecutor(worker.Storage, new() { Workers = 3 });
        Assert.AreEqual(3, executor.Workers);

        await Task.WhenAll(Enumerable.Range(1, 10).Select(job => executor.RunAsync("/experiments/a", job, TestContext.CancellationToken)));

        CollectionAssert.AreEquivalent(Enumerable.Range(1, 10).Select(job => ("/experiments/a", job)).ToArray(), done);
        Assert.AreEqual(1, most);
    }

    [TestMethod]
    public async Task A_worker_may_see_the_folder_elsewhere()
    {
        var seen = "";
        await using var worker = new RunningWorker((folder, _, _) => seen = folder, new() { ExperimentFolder = "/mnt/a" });
        using var executor = new HangfireTrialExecutor(worker.Storage);
        await executor.RunAsync("/experiments/a", 1, TestContext.CancellationToken);
        Assert.AreEqual("/mnt/a", seen);
    }

    [TestMethod]
    public async Task A_fault_of_the_job_is_told_and_not_tried_again()
    {
        var tries = 0;
        await using var worker = new RunningWorker((_, _, _) =>
        {
            tries++;
            throw new InvalidDataException("The image 17.png cannot be decoded.");
        });
        using var executor = new HangfireTrialExecutor(worker.Storage);
        var error = await Assert.ThrowsExactlyAsync<HangfireTrialException>(() => executor.RunAsync("/a", 7, TestContext.CancellationToken));
        Assert.AreEqual("The image 17.png cannot be decoded.", error.Message);
        Assert.AreEqual("System.IO.InvalidDataException", error.WorkerException);
        Assert.AreEqual(7, error.Job);
        Assert.AreEqual(1, tries);
    }

    [TestMethod]
    public async Task A_fault_of_the_disk_is_tried_again_but_not_for_ever()
    {
        var tries = new ConcurrentDictionary<int, int>();
        await using var worker = new RunningWorker((_, job, _) =>
        {
            if (tries.AddOrUpdate(job, 1, (_, before) => before + 1) < 3 || job == 2)
                throw new IOException("The folder is out of reach.");
        }, new() { RetryDelays = [TimeSpan.Zero, TimeSpan.FromSeconds(1)] });
        using var executor = new HangfireTrialExecutor(worker.Storage);

        await executor.RunAsync("/a", 1, TestContext.CancellationToken);
        var error = await Assert.ThrowsExactlyAsync<HangfireTrialException>(() => executor.RunAsync("/a", 2, TestContext.CancellationToken));

        Assert.AreEqual("The folder is out of reach.", error.Message);
        Assert.AreEqual(3, tries[1]);
        Assert.AreEqual(3, tries[2]);
    }

    [TestMethod]
    public async Task A_canceled_job_stops_and_is_waited_for()
    {
        using var begun = new ManualResetEventSlim();
        var hasStopped = false;
        await using var worker = new RunningWorker((_, _, token) =>
        {
            begun.Set();
            token.WaitHandle.WaitOne();
            Thread.Sleep(300); // the checkpoint
            hasStopped = true;
            token.ThrowIfCancellationRequested();
        });
        using var executor = new HangfireTrialExecutor(worker.Storage);
        using var cancel = new CancellationTokenSource();
        var run = executor.RunAsync("/a", 1, cancel.Token);
        begun.Wait(TestContext.CancellationToken);
        await cancel.CancelAsync();
        await Assert.ThrowsAsync<OperationCanceledException>(() => run);
        Assert.IsTrue(hasStopped);
    }

    [TestMethod]
    public async Task A_job_that_was_canceled_before_it_began_never_begins()
    {
        using var storage = TrialStorage.Parse("memory");
        using var executor = new HangfireTrialExecutor(storage, new() { PollInterval = TimeSpan.FromSeconds(0.05) });
        using var cancel = new CancellationTokenSource();
        var first = executor.RunAsync("/a", 1, cancel.Token);
        await cancel.CancelAsync();
        await Assert.ThrowsAsync<OperationCanceledException>(() => first);

        var done = new ConcurrentQueue<int>();
        await using var worker = new RunningWorker((_, job, _) => done.Enqueue(job), storage: storage);
        await executor.RunAsync("/a", 2, TestContext.CancellationToken);
        CollectionAssert.AreEqual(new[] { 2 }, done);
    }

    [TestMethod]
    public async Task An_experiment_that_comes_back_finds_its_job_under_way()
    {
        var times = 0;
        using var finish = new ManualResetEventSlim();
        await using var worker = new RunningWorker((_, _, _) =>
        {
            Interlocked.Increment(ref times);
            finish.Wait(CancellationToken.None);
        });
        using var interrupted = new HangfireTrialExecutor(worker.Storage);
        var lost = interrupted.RunAsync("/a", 1, TestContext.CancellationToken); // nobody listens any more
        SpinWait.SpinUntil(() => times == 1);
        using var executor = new HangfireTrialExecutor(worker.Storage);
        var run = executor.RunAsync("/a", 1, TestContext.CancellationToken);
        await Task.Delay(200, TestContext.CancellationToken);
        finish.Set();
        await run;
        Assert.AreEqual(1, times);

        await executor.RunAsync("/a", 1, TestContext.CancellationToken);
        Assert.AreEqual(2, times, "a job that was done is asked for again by an experiment that has no result of it");
        await lost;
    }

    [TestMethod]
    public async Task Workers_take_the_jobs_of_their_queue()
    {
        var done = new ConcurrentQueue<int>();
        using var folder = new TemporaryFolder();
        using var others = TrialStorage.InFolder(folder.Path, new() { Queue = "others" });
        using var another = new HangfireTrialExecutor(others);
        using var cancel = new CancellationTokenSource();
        var waits = another.RunAsync("/a", 1, cancel.Token);
        using var storage = TrialStorage.InFolder(folder.Path);
        await using (var worker = new RunningWorker((_, job, _) => done.Enqueue(job), storage: storage))
        {
            using var executor = new HangfireTrialExecutor(storage);
            await executor.RunAsync("/a", 2, TestContext.CancellationToken);
        }
        await cancel.CancelAsync();
        await Assert.ThrowsAsync<OperationCanceledException>(() => waits);
        CollectionAssert.AreEqual(new[] { 2 }, done);
    }
}
