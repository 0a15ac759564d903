using Hangfire;
using Hangfire.Logging;
using Microsoft.AspNetCore.Builder;
using Ml.Cnn.Experiments.Hangfire.Tests.Workers;

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
}
