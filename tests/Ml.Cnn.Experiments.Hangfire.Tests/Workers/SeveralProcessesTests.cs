using Ml.Cnn.Experiments.Hangfire.Tests.Storage;

namespace Ml.Cnn.Experiments.Hangfire.Tests.Workers;

/// <summary>
/// Workers in processes of their own, on a SQLite file and on PostgreSQL: every job is done once, a worker that is killed is missed and its job goes on
/// elsewhere from the checkpoint, one that lives keeps its job however long it takes, and one that is told to stop hands its job on.
/// </summary>
[TestClass]
public sealed class SeveralProcessesTests
{
    private const string Sqlite = "sqlite", Postgres = "postgres";

    public TestContext TestContext { get; set; } = null!;

    [TestMethod]
    [DataRow(Sqlite, 200)]
    [DataRow(Postgres, 60)]
    public async Task Three_workers_do_many_jobs_once_each(string kind, int jobs)
    {
        using var folder = new WorkFolder();
        foreach (var job in Enumerable.Range(1, jobs))
            folder.Add(job, new(1));
        var name = Storage(kind, folder);
        using var storage = TrialStorage.Parse(name);
        using var executor = new HangfireTrialExecutor(storage, new() { Workers = 12, PollInterval = TimeSpan.FromSeconds(0.25) });
        using WorkerProcess one = new(name), two = new(name), three = new(name);
        await Parallel.ForEachAsync(
            Enumerable.Range(1, jobs), new ParallelOptions { MaxDegreeOfParallelism = executor.Workers, CancellationToken = TestContext.CancellationToken },
            async (job, token) => await executor.RunAsync(folder.Path, job, token));

        var begun = folder.Notes().Where(note => note.What == "begin").ToList();
        CollectionAssert.AreEqual(Enumerable.Range(1, jobs).ToArray(), begun.Select(note => note.Job).Order().ToArray());
        Assert.AreEqual(3, begun.Select(note => note.Process).Distinct().Count(), "all three had work");
    }

    [TestMethod]
    [DataRow(Sqlite)]
    [DataRow(Postgres)]
    public async Task A_killed_workers_job_goes_on_from_its_checkpoint_and_a_living_ones_is_left_alone(string kind)
    {
        using var folder = new WorkFolder();
        folder.Add(1, new(Steps: 120, StepMilliseconds: 100, CheckpointSteps: 5)); // twice the takeover time
        folder.Add(2, new(Steps: 120, StepMilliseconds: 100, CheckpointSteps: 5));
        var name = Storage(kind, folder);
        using var storage = TrialStorage.Parse(name, new() { TakeoverTime = TimeSpan.FromSeconds(6) });
        using var executor = new HangfireTrialExecutor(storage, new() { Workers = 2 });
        using WorkerProcess one = new(name), two = new(name);
        var runs = new[] { 1, 2 }.Select(job => executor.RunAsync(folder.Path, job, TestContext.CancellationToken)).ToArray();
        await Task.WhenAll(new[] { 1, 2 }.Select(job => folder.NoteAsync(note => note.Job == job && note.Count == 13, "both jobs")));

        var killed = folder.Notes().First(note => note.Job == 1).Process;
        (killed == one.Id ? one : two).Kill();
        var last = folder.Notes().Last(note => note.Job == 1);
        using var three = new WorkerProcess(name);
        await Task.WhenAll(runs);

        var notes = folder.Notes();
        var again = notes.Single(note => note.Job == 1 && note.What == "begin" && note.Process != killed);
        TestContext.WriteLine($"{kind}: the job went on {again.Time - last.Time} ms after the last step of the killed worker.");
        Assert.AreEqual(last.Count / 5 * 5, again.Count, "from the checkpoint");
        Assert.IsTrue(notes.Where(note => note.Job == 1 && note.What == "step").GroupBy(note => note.Count)
            .All(step => step.Count() == (step.Key > again.Count && step.Key <= last.Count ? 2 : 1)), "no step is done again but those after the checkpoint");
        Assert.AreEqual(1, notes.Count(note => note.Job == 2 && note.What == "begin"), "the living worker's job is its own");
    }

    [TestMethod]
    [DataRow(Sqlite)]
    [DataRow(Postgres)]
    public async Task A_worker_that_is_told_to_stop_hands_its_job_on_at_once(string kind)
    {
        using var folder = new WorkFolder();
        folder.Add(1, new(Steps: 40, StepMilliseconds: 50, CheckpointSteps: 1000));
        var name = Storage(kind, folder);
        // If the job had to be taken over, then this test would take an hour.
        using var storage = TrialStorage.Parse(name, new() { TakeoverTime = TimeSpan.FromHours(1) });
        using var executor = new HangfireTrialExecutor(storage);
        var run = executor.RunAsync(folder.Path, 1, TestContext.CancellationToken);
        using (var one = new WorkerProcess(name))
        {
            await folder.NoteAsync(note => note.Count == 5, "the job");
            Assert.AreEqual(0, one.Terminate(), one.Output);
        }
        using var two = new WorkerProcess(name);
        await run;

        var steps = folder.Notes().Where(note => note.What == "step").ToList();
        CollectionAssert.AreEqual(Enumerable.Range(1, 40).ToArray(), steps.Select(note => note.Count).ToArray());
        Assert.AreEqual(2, steps.Select(note => note.Process).Distinct().Count());
    }

    [TestMethod]
    [DataRow(Sqlite)]
    [DataRow(Postgres)]
    public async Task Workers_may_all_start_at_once_on_an_empty_storage(string kind)
    {
        using var folder = new WorkFolder();
        folder.Add(1, new(1));
        var name = Storage(kind, folder);
        using WorkerProcess one = new(name), two = new(name), three = new(name);
        WorkerProcess[] workers = [one, two, three];
        while (workers.Any(worker => !worker.Output.Contains("Ready.", StringComparison.Ordinal)))
        {
            await Task.Delay(50, TestContext.CancellationToken);
            foreach (var worker in workers)
                Assert.IsFalse(worker.HasExited, worker.Output);
        }
        using var storage = TrialStorage.Parse(name);
        using var executor = new HangfireTrialExecutor(storage);
        await executor.RunAsync(folder.Path, 1, TestContext.CancellationToken);
        Assert.HasCount(3, storage.Jobs.GetMonitoringApi().Servers());
    }

    [TestMethod]
    public async Task A_database_that_is_away_for_a_while_is_waited_for()
    {
        using var cluster = new PostgresCluster();
        using var folder = new WorkFolder();
        folder.Add(1, new(Steps: 60, StepMilliseconds: 100));
        var name = cluster.NewDatabase();
        using var storage = TrialStorage.Parse(name);
        using var executor = new HangfireTrialExecutor(storage);
        using var worker = new WorkerProcess(name);
        var run = executor.RunAsync(folder.Path, 1, TestContext.CancellationToken);
        await folder.NoteAsync(note => note.Count == 10, "the job");
        cluster.Interrupt(TimeSpan.FromSeconds(2));
        await run;
        Assert.AreEqual(1, folder.Notes().Count(note => note.What == "begin"), "the training did not notice");
    }

    [TestMethod]
    public async Task A_job_that_kills_its_workers_is_given_up()
    {
        using var folder = new WorkFolder();
        folder.Add(1, new(Steps: 5, Fault: new("crash")));
        folder.Add(2, new(Steps: 5));
        var name = Storage(Sqlite, folder);
        using var storage = TrialStorage.Parse(name, new() { TakeoverTime = TimeSpan.FromSeconds(5) });
        using var executor = new HangfireTrialExecutor(storage);
        var run = executor.RunAsync(folder.Path, 1, TestContext.CancellationToken);
        string[] arguments = ["5", "2"]; // takeover time, deaths
        for (var deaths = 0; deaths < 2; deaths++)
        {
            using var dies = new WorkerProcess(name, arguments);
            while (!dies.HasExited)
                await Task.Delay(50, TestContext.CancellationToken);
        }
        using var lives = new WorkerProcess(name, arguments);
        var error = await Assert.ThrowsExactlyAsync<HangfireTrialException>(() => run);
        Assert.Contains("Job 1 was given up: 2 workers died", error.Message);
        await executor.RunAsync(folder.Path, 2, TestContext.CancellationToken);
        Assert.IsFalse(lives.HasExited);
    }

    private static string Storage(string kind, WorkFolder folder) =>
        kind == Sqlite ? "sqlite:" + Path.Join(folder.Path, "jobs.db") : TestDatabases.NewPostgres();
}
