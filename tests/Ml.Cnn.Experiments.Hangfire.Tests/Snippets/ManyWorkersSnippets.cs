using Hangfire;
using Hangfire.Logging;
using Microsoft.AspNetCore.Builder;
using Ml.Cnn.Experiments.Hangfire.Tests.Workers;
using Ml.Cnn.Experiments.S3;

namespace Ml.Cnn.Experiments.Hangfire.Tests.Snippets;

/// <summary>The code that docs/experiments.md quotes of many workers, run as it stands there.</summary>
[TestClass]
public sealed class ManyWorkersSnippets
{
    public TestContext TestContext { get; set; } = null!;

    [TestMethod]
    public async Task A_worker_does_the_jobs_of_an_experiment()
    {
        using var experiment = new WorkFolder();
        experiment.Add(1, new(3));
        var (folder, text) = (experiment.Path, "sqlite:" + Path.Join(experiment.Path, "jobs.db"));
        var stop = new CancellationTokenSource();
        Action<string, int, CancellationToken> work = TrialWorker.CountingWork.Run;
        async Task WorkAsync()
        {
            // snippet: trial-worker
            using var storage = TrialStorage.Parse(text); // "postgres://me@db.example.org/experiments"
            var worker = new HangfireTrialServer(storage, work, new() { Report = Console.WriteLine });
            await worker.RunAsync(stop.Token); // until SIGTERM or Ctrl+C cancels the token
            // end snippet
        }
        async Task ExperimentAsync()
        {
            // snippet: trial-executor
            using var storage = TrialStorage.Parse(text, new() { TakeoverTime = TimeSpan.FromSeconds(30) });
            using var executor = new HangfireTrialExecutor(storage, new() { Workers = 8 });
            // end snippet
            await executor.RunAsync(folder, 1, TestContext.CancellationToken);
        }
        var run = ExperimentAsync();
        var working = WorkAsync();
        await run;
        await stop.CancelAsync();
        await working;
        Assert.IsTrue(experiment.Notes().Any(note => note.What == "end"));
    }

    [TestMethod]
    [DoNotParallelize] // AddHangfire gives Hangfire, for the whole process, a log that ends with the app
    public async Task An_app_shows_the_dashboard()
    {
        using var folder = new TemporaryFolder();
        var text = "sqlite:" + Path.Join(folder.Path, "jobs.db");
        string[] args = ["--urls=http://127.0.0.1:0", $"--contentRoot={folder.Path}", "--Logging:LogLevel:Default=Error"];
        // snippet: trial-dashboard
        using var storage = TrialStorage.Parse(text);
        var builder = WebApplication.CreateBuilder(args);
        builder.Services.AddHangfire(hangfire => hangfire.UseStorage(storage.Jobs));

        var app = builder.Build();
        app.UseHangfireDashboard("/jobs"); // for requests from this machine; DashboardOptions.Authorization lets others in
        // end snippet
        await using (app)
        {
            await app.StartAsync(TestContext.CancellationToken);
            using var client = new HttpClient { BaseAddress = new(app.Urls.Single()) };
            using var executor = new HangfireTrialExecutor(storage);
            using var cancel = new CancellationTokenSource();
            var run = executor.RunAsync("/experiments/flowers", 7, cancel.Token);
            var page = "";
            while (!page.Contains("Job 7 of /experiments/flowers", StringComparison.Ordinal))
                page = await client.GetStringAsync("/jobs/jobs/enqueued/mlcnn", TestContext.CancellationToken);
            await cancel.CancelAsync();
            await Assert.ThrowsAsync<OperationCanceledException>(() => run);
        }
        LogProvider.SetCurrentLogProvider(null);
    }

    /// <summary>What the snippets make is used in the tests of stores, with trainings; here it is made, and refused without a store.</summary>
    [TestMethod]
    public async Task Workers_and_experiment_share_a_bucket()
    {
        await using var server = await Stores.BucketServer.StartAsync();
        Environment.SetEnvironmentVariable("AWS_ENDPOINT_URL", server.Address.AbsoluteUri);
        Environment.SetEnvironmentVariable("AWS_ACCESS_KEY_ID", "key");
        Environment.SetEnvironmentVariable("AWS_SECRET_ACCESS_KEY", "secret");
        using var temporary = new TemporaryFolder();
        var folder = temporary.Path;
        using var storage = TrialStorage.Parse("memory");
        var settings = new CnnExperimentSettings();
        var mlContext = new Microsoft.ML.MLContext();
        var train = mlContext.Data.LoadFromEnumerable(new[] { new { Label = "cat" } });
        ExperimentSide();
        Assert.AreEqual(4, settings.Executor!.Workers);
        settings.Executor.Dispose();
        WorkerSide();
        Environment.SetEnvironmentVariable("AWS_ENDPOINT_URL", null);

        void ExperimentSide()
        {
            // snippet: stored-executor
            using var store = S3TrialStore.Parse("s3://bucket/pets-experiment"); // a part of the bucket for this experiment alone
            settings.Executor = new CnnStoredTrialExecutor(new HangfireTrialExecutor(storage, new() { Workers = 4 }), store);
            // end snippet
        }

        void WorkerSide()
        {
            // snippet: stored-worker
            using var store = S3TrialStore.Parse("s3://bucket/pets-experiment");
            var stored = new CnnStoredTrialWork(store, folder); // a folder of this worker's own
            var server = new HangfireTrialServer(storage,
                (_, job, stop) => stored.Run(job, (here, number, cancel) => new CnnTrialWorker(mlContext, here, train).Run(number, cancel), stop));
            // end snippet
            Assert.ThrowsExactly<IOException>(() => stored.Run(1, (_, _, _) => { }, CancellationToken.None), "there is no such bucket");
            Assert.IsNotNull(server);
        }
    }
}
