using System.Diagnostics;

namespace Ml.Cnn.Experiments.Hangfire.Tests.Workers;

/// <summary>Workers that a process keeps: one that dies is replaced, all end with the process, and one that cannot start is told of.</summary>
[TestClass]
public sealed class LocalTrialWorkersTests
{
    public TestContext TestContext { get; set; } = null!;

    [TestMethod]
    public async Task A_worker_that_dies_is_replaced_and_a_stop_hands_jobs_back()
    {
        using var folder = new WorkFolder();
        folder.Add(1, new(Steps: 60, StepMilliseconds: 100));
        using var storage = TrialStorage.InFolder(folder.Path, new() { TakeoverTime = TimeSpan.FromSeconds(5) });
        using var executor = new HangfireTrialExecutor(storage);
        var run = executor.RunAsync(folder.Path, 1, TestContext.CancellationToken);
        int first, second;
        using (var workers = new LocalTrialWorkers(1, _ => Start(storage)))
        {
            first = (await folder.NoteAsync(note => note.Count == 5, "the job")).Process;
            using (var dies = Process.GetProcessById(first))
                dies.Kill();
            second = (await folder.NoteAsync(note => note.Process != first && note.What == "step", "the job again")).Process;
        }
        Assert.IsTrue(folder.Notes().Any(note => note.Process == second && note.What == "stop"), "stopped with a checkpoint");
        Assert.ThrowsExactly<ArgumentException>(() => Process.GetProcessById(second), "it has ended");

        using var others = new LocalTrialWorkers(1, _ => Start(storage));
        await run;
        Assert.AreEqual(3, folder.Notes().Select(note => note.Process).Distinct().Count());
    }

    [TestMethod]
    public async Task A_worker_ends_when_the_process_that_started_it_has_died()
    {
        using var folder = new WorkFolder();
        using var storage = TrialStorage.InFolder(folder.Path);
        _ = storage.Jobs;
        var start = Start(storage);
        start.RedirectStandardInput = true;
        using var worker = Process.Start(start)!;
        while (storage.Jobs.GetMonitoringApi().Servers().Count == 0)
            await Task.Delay(50, TestContext.CancellationToken);
        worker.StandardInput.Close(); // as the system does for a dead process
        await worker.WaitForExitAsync(TestContext.CancellationToken);
        Assert.AreEqual(0, worker.ExitCode);
        Assert.IsEmpty(storage.Jobs.GetMonitoringApi().Servers(), "it has taken its leave");
    }

    [TestMethod]
    public async Task A_worker_that_cannot_start_is_told_of()
    {
        using var workers = new LocalTrialWorkers(
            1, _ => new("dotnet", ["no-such-program.dll"]) { RedirectStandardError = true, RedirectStandardOutput = true });
        var error = await Assert.ThrowsExactlyAsync<InvalidOperationException>(() => workers.Failure);
        Assert.Contains("Worker 0 ended 3 times right after its start", error.Message);
    }

    private static ProcessStartInfo Start(TrialStorage storage) => new("dotnet", [WorkerProcess.Assembly, storage.ToString(), "--with-input"]);
}
