using System.Diagnostics;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Logging;

namespace Ml.Cnn.Serving.Tests.Extensions;

/// <summary>A running app takes a newer model from its file, however it comes there, told by the system or by looking.</summary>
[TestClass]
public sealed class ReloadTests
{
    /// <summary>Protects deployments that move a file into place.</summary>
    [TestMethod]
    [DataRow(false)]
    [DataRow(true)]
    public async Task A_file_that_is_moved_into_place_is_taken(bool polls)
    {
        using var folder = new TemporaryFolder();
        var path = folder.Write("model.zip", TestModels.First);
        await using var app = await StartAsync(path, polls);
        Assert.AreEqual(TestModels.FirstAnswer, app.Answer);
        TestModels.Replace(path, TestModels.Second);
        await AnswersAsync(app, TestModels.SecondAnswer);
        TestModels.Replace(path, TestModels.First);
        await AnswersAsync(app, TestModels.FirstAnswer);
        await Wait.Until(() => app.Service.Status.Reloads == 2, "the second file is told of, a moment after its first answer");
        Assert.AreEqual(HealthStatus.Healthy, (await app.HealthAsync()).Status);
        Assert.IsEmpty(app.Log.Of(LogLevel.Error));
    }

    /// <summary>Protects deployments that copy over the file: it is taken once it is whole, and not before.</summary>
    [TestMethod]
    [DataRow(false)]
    [DataRow(true)]
    public async Task A_file_that_is_written_in_place_is_taken_once_it_is_whole(bool polls)
    {
        using var folder = new TemporaryFolder();
        var path = folder.Write("model.zip", TestModels.First);
        await using var app = await StartAsync(path, polls);
        await using (var file = new FileStream(path, FileMode.Create, FileAccess.Write, FileShare.ReadWrite))
        {
            foreach (var part in TestModels.Second.Chunk(TestModels.Second.Length / 5 + 1))
            {
                Assert.AreEqual(TestModels.FirstAnswer, app.Answer);
                await file.WriteAsync(part);
                await file.FlushAsync();
                await Task.Delay(250); // longer than the settle time: the file looks finished between two parts
            }
        }
        await AnswersAsync(app, TestModels.SecondAnswer);
        Assert.IsEmpty(app.Log.Of(LogLevel.Error), "the file was taken for damaged while it was written");
    }

    /// <summary>Protects Kubernetes volumes, whose files are links through a folder's link that is swapped, and folders "current" that are.</summary>
    [TestMethod]
    [DataRow(false)]
    [DataRow(true)]
    public async Task A_link_that_is_swapped_leads_to_the_newer_model(bool polls)
    {
        using var folder = new TemporaryFolder();
        var time = new DateTime(2026, 1, 1, 0, 0, 0, DateTimeKind.Utc);
        File.SetLastWriteTimeUtc(folder.Write("..first/model.zip", TestModels.First), time);
        File.SetLastWriteTimeUtc(folder.Write("..second/model.zip", TestModels.Second), time); // as images of containers have it
        var data = Path.Join(folder.Path, "..data");
        Directory.CreateSymbolicLink(data, "..first");
        Directory.CreateDirectory(Path.Join(folder.Path, "mounted"));
        File.CreateSymbolicLink(Path.Join(folder.Path, "mounted", "model.zip"), "../..data/model.zip");
        await using var app = await StartAsync(Path.Join(folder.Path, "mounted", "model.zip"), polls);
        Assert.AreEqual(TestModels.FirstAnswer, app.Answer);

        Swap("..second");
        await AnswersAsync(app, TestModels.SecondAnswer);
        Swap("..first");
        await AnswersAsync(app, TestModels.FirstAnswer);
        TestModels.Replace(Path.Join(folder.Path, "..first", "model.zip"), TestModels.Second); // behind the links
        await AnswersAsync(app, TestModels.SecondAnswer);

        void Swap(string target)
        {
            Directory.CreateSymbolicLink(data + "_tmp", target);
            using var move = Process.Start("mv", ["-T", data + "_tmp", data]); // in one step, which .NET does for files alone
            move.WaitForExit();
            Assert.AreEqual(0, move.ExitCode);
        }
    }

    /// <summary>Protects a service from a bad file: it says so and goes on, and takes the next good one.</summary>
    [TestMethod]
    public async Task A_bad_file_is_told_and_the_model_before_goes_on()
    {
        using var folder = new TemporaryFolder();
        var path = folder.Write("model.zip", TestModels.First);
        await using var app = await StartAsync(path, polls: false);
        var before = app.Service.Status.ModelTime;

        TestModels.Replace(path, [1, 2, 3]);
        await FailsAsync("cannot be loaded");
        var half = (byte[])TestModels.Second.Clone();
        half.AsSpan(half.Length / 3, 200).Clear(); // the archive's directory is whole, its content is not
        TestModels.Replace(path, half);
        await Wait.Until(() => app.Log.Of(LogLevel.Error).Count() == 2, "the second bad file is told of");
        File.Delete(path);
        await FailsAsync("does not exist");
        Assert.HasCount(3, app.Log.Of(LogLevel.Error));

        TestModels.Replace(path, TestModels.Second);
        await AnswersAsync(app, TestModels.SecondAnswer);
        await Wait.Until(() => app.Service.Status.Failure is null, "the good file is told of, a moment after its first answer");
        Assert.AreEqual(HealthStatus.Healthy, (await app.HealthAsync()).Status);

        async Task FailsAsync(string reason)
        {
            await Wait.Until(() => app.Service.Status.Failure?.Contains(reason, StringComparison.Ordinal) == true, $"the file {reason}");
            var health = await app.HealthAsync();
            Assert.AreEqual(HealthStatus.Degraded, health.Status);
            Assert.Contains(reason, health.Description!);
            Assert.AreEqual(before, health.Data["modelTime"]);
            Assert.AreEqual(TestModels.FirstAnswer, app.Answer);
        }
    }

    /// <summary>Protects apps whose model comes after them: they start, are unhealthy and say why, and answer once it is there.</summary>
    [TestMethod]
    [DataRow(false)]
    [DataRow(true)]
    public async Task An_app_may_wait_for_its_model(bool reloads)
    {
        using var folder = new TemporaryFolder();
        var path = Path.Join(folder.Path, "later", "model.zip");
        await using var app = await PredictorApp.StartAsync(path, options =>
            (options.WaitForModel, options.ReloadOnChange) = (true, reloads));
        var health = await app.HealthAsync();
        Assert.AreEqual(HealthStatus.Unhealthy, health.Status);
        Assert.Contains($"'{path}' does not exist.", health.Description!);
        Assert.AreEqual(path, health.Data["model"]);
        Assert.IsFalse(app.Service.TryGetPredictor(out _));
        Assert.Contains("does not exist", Assert.ThrowsExactly<InvalidOperationException>(() => app.Answer).Message);

        folder.Write("later/model.zip", [1, 2, 3]);
        await Wait.Until(() => app.Service.Status.Failure!.Contains("cannot be loaded", StringComparison.Ordinal), "the bad file is told of");
        TestModels.Replace(path, TestModels.First);
        await Wait.Until(() => app.Service.TryGetPredictor(out _), "the model is there");
        Assert.AreEqual(TestModels.FirstAnswer, app.Answer);
        Assert.AreEqual(HealthStatus.Healthy, (await app.HealthAsync()).Status);
        Assert.AreEqual(0, app.Service.Status.Reloads);

        TestModels.Replace(path, TestModels.Second);
        if (reloads)
        {
            await AnswersAsync(app, TestModels.SecondAnswer);
        }
        else
        {
            await Task.Delay(1000);
            Assert.AreEqual(TestModels.FirstAnswer, app.Answer);
        }
    }

    private static Task<PredictorApp> StartAsync(string path, bool polls) =>
        PredictorApp.StartAsync(path, options => options.PollingInterval = polls ? TimeSpan.FromSeconds(0.1) : null);

    private static Task AnswersAsync(PredictorApp app, float answer) => Wait.Until(() => app.Answer == answer, "the other model answers");
}
