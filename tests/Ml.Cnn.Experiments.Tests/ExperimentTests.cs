using Microsoft.ML;
using Ml.Cnn.Experiments.Storage;

namespace Ml.Cnn.Experiments.Tests;

/// <summary>
/// Protects what users rely on: an experiment ends within its budget with a model, repeats, goes on where it was interrupted to the same end, does what
/// the user wants of single trials, and keeps to limits.
/// </summary>
[TestClass]
public sealed class ExperimentTests
{
    private const int Digits = 160;
    private readonly MLContext _mlContext = new(seed: 1);

    private IDataView Train => _mlContext.Data.GenerateDigits(Digits, seed: 1, imageColumnName: "Image");

    private static CnnExperimentSettings Settings(TemporaryFolder folder, long images = 9 * Digits) => new()
    {
        Architectures = ["lenet5", "squeezenet1_1"],
        Budget = ExperimentBudget.Images(images),
        FeatureColumnName = "Image",
        MaximumEpochs = 4,
        Folder = Path.Join(folder.Path, "experiment"),
        Seed = 7,
        Threads = 1,
    };

    private CnnExperimentResult Run(CnnExperimentSettings settings, IProgress<CnnRunDetail>? progress = null) =>
        _mlContext.MulticlassClassification.CreateCnnExperiment(settings).Execute(Train, progressHandler: progress);

    [TestMethod]
    public void EndsWithinItsBudgetWithTheBestModelAndEverythingOnDisk()
    {
        using var folder = new TemporaryFolder();
        var settings = Settings(folder);
        var result = Run(settings);

        Assert.IsLessThanOrEqualTo(9 * Digits, result.Spent.Images);
        CollectionAssert.AreEquivalent(new[] { "lenet5", "squeezenet1_1" }, result.RunDetails.Select(run => run.TrainerName).Distinct().ToArray());
        Assert.AreEqual(result.RunDetails.Max(run => run.ValidationMetrics?.Accuracy), result.BestRun!.ValidationMetrics!.Accuracy);
        Assert.AreEqual(4, result.RunDetails.Max(run => run.Epochs), "the budget suffices for the last rung");
        Assert.IsNotNull(result.BestRun.LatencyMilliseconds);
        Assert.IsGreaterThan(0, result.BestRun.Parameters);

        var validation = _mlContext.Data.TrainTestSplitByClass(Train, settings.ValidationFraction, seed: 7).TestSet;
        var scored = _mlContext.MulticlassClassification.Evaluate(result.Model!.Transform(validation));
        Assert.AreEqual(result.BestRun.ValidationMetrics.Accuracy, scored.MicroAccuracy, 1e-9, "the model is the best trial's");
        Assert.AreEqual(result.BestRun.ValidationMetrics.LogLoss, scored.LogLoss, 1e-6, "the model is the best trial's");
        string[] files = ["settings.json", "journal.jsonl", "leaderboard.csv", "leaderboard.json", "leaderboard.md", "report.html", "best/model.zip"];
        foreach (var name in files)
            Assert.IsTrue(File.Exists(Path.Join(settings.Folder, name)), name);
    }

    /// <summary>Protects long experiments: what is told at every event must not read a file for each trial that there has been.</summary>
    [TestMethod]
    public void HistoriesAreReadWhenTheyAreAskedFor()
    {
        using var folder = new TemporaryFolder();
        var settings = Settings(folder, images: 4 * Digits);
        var epochs = Run(settings).RunDetails.Select(run => run.History.Count).ToArray();
        Assert.IsGreaterThan(0, epochs[0]);

        var (jobs, elsewhere) = (Path.Join(settings.Folder, "jobs"), Path.Join(folder.Path, "elsewhere"));
        Directory.Move(jobs, elsewhere);
        var result = new CnnExperimentFolder(settings.Folder!).Read();
        Directory.Move(elsewhere, jobs);
        var asked = new IReadOnlyList<Trainers.CnnEpoch>[64];
        Parallel.For(0, asked.Length, i => asked[i] = result.RunDetails[i % result.RunDetails.Count].History);
        foreach (var (i, history) in asked.Index())
        {
            Assert.HasCount(epochs[i % epochs.Length], history);
            Assert.AreSame(result.RunDetails[i % epochs.Length].History, history, "all threads have the same");
        }
    }

    /// <summary>Protects whoever keeps what was told: an experiment without a folder leaves nothing to be read later.</summary>
    [TestMethod]
    public void HistoriesOutliveATemporaryFolder()
    {
        using var folder = new TemporaryFolder();
        var settings = Settings(folder, images: 4 * Digits);
        settings.Folder = null;
        List<CnnRunDetail> told = [];
        var result = Run(settings, new Told(told.Add));
        Assert.IsGreaterThan(1, told.Count);
        foreach (var run in told.Concat(result.RunDetails))
            Assert.HasCount(run.Epochs, run.History);
    }

    [TestMethod]
    public void RepeatsWithTheSameSeed()
    {
        using TemporaryFolder one = new(), other = new();
        var (first, second) = (Settings(one), Settings(other));
        Run(first);
        Run(second);
        CollectionAssert.AreEqual(Story(first.Folder!), Story(second.Folder!));
    }

    [TestMethod]
    public void GoesOnAfterEveryInterruptionToTheSameEnd()
    {
        using TemporaryFolder one = new(), other = new();
        var undisturbed = Settings(one);
        Run(undisturbed);

        var settings = Settings(other);
        for (var attempt = 0; ; attempt++)
        {
            using var stop = new CancellationTokenSource();
            settings.CancellationToken = stop.Token;
            settings.Resume = attempt > 0;
            // Canceled after the second result of every attempt, so that decisions and trainings are cut off at other places each time.
            var results = 0;
            var result = Run(settings, new Told(_ =>
            {
                if (++results == 2)
                    stop.Cancel();
            }));
            Assert.IsLessThan(20, attempt, "every attempt gets further");
            if (result.EndReason != "it was canceled")
                break;
        }
        CollectionAssert.AreEqual(Story(undisturbed.Folder!), Story(settings.Folder!));
    }

    [TestMethod]
    public void TheSameTrialsAreTriedByTwoWorkersAsByOne()
    {
        using TemporaryFolder one = new(), other = new();
        var alone = Settings(one);
        alone.Parallelism = 2;
        Run(alone);

        var together = Settings(other);
        together.Parallelism = 2;
        using var executor = new TwoWorkers(folder => new CnnTrialWorker(new MLContext(1), folder, Train));
        together.Executor = executor;
        Run(together);
        CollectionAssert.AreEqual(Story(alone.Folder!), Story(together.Folder!));
        CollectionAssert.AreNotEqual(executor.Order.Order().ToArray(), executor.Order.ToArray(), "results came in another order than decisions");
    }

    [TestMethod]
    public void GoesOnWithMoreBudgetAndMoreNetworksAndRefusesAnotherSeed()
    {
        using var folder = new TemporaryFolder();
        var settings = Settings(folder, images: 4 * Digits);
        var before = Run(settings);

        var again = Settings(folder, images: 10 * Digits);
        Assert.ThrowsExactly<InvalidOperationException>(() => Run(again), "a folder that holds an experiment is not overwritten");
        again.Resume = true;
        again.Seed = 8;
        var refusal = Assert.ThrowsExactly<InvalidOperationException>(() => Run(again));
        StringAssert.Contains(refusal.Message, "seed was 7 and is 8");

        again.Seed = 7;
        again.Architectures = ["lenet5", "squeezenet1_1", "mobilenet_v2"];
        var after = Run(again);
        Assert.IsGreaterThan(before.RunDetails.Count, after.RunDetails.Count);
        Assert.IsTrue(after.RunDetails.Any(run => run.TrainerName == "mobilenet_v2"));
        for (var i = 0; i < before.RunDetails.Count; i++)
            Assert.AreEqual(before.RunDetails[i].Configuration, after.RunDetails[i].Configuration, "what was tried stays");
    }

    [TestMethod]
    public void SkipsAndAddsTrialsAsTheUserWantsWhileItRuns()
    {
        using var folder = new TemporaryFolder();
        var settings = Settings(folder);
        var experiment = _mlContext.MulticlassClassification.CreateCnnExperiment(settings);
        TrialConfiguration? wanted = null;
        var result = experiment.Execute(Train, progressHandler: new Told(run =>
        {
            if (run.Trial != 1 || wanted is not null)
                return;
            wanted = run.Configuration with { LearningRate = 0.0123, BatchSize = 20 };
            experiment.Add(wanted);
            experiment.Skip(1);
        }));
        Assert.AreEqual(CnnTrialStatus.Skipped, result.RunDetails[0].Status);
        Assert.AreEqual(1, result.RunDetails[0].Epochs);
        Assert.AreEqual(wanted, result.RunDetails[1].Configuration);
        Assert.IsFalse(Directory.Exists(Path.Join(settings.Folder, "trials", "0001", "fold-1")), "checkpoints of a trial that was given up are not kept");
    }

    [TestMethod]
    public void AnotherProcessPausesATrialThroughTheFolder()
    {
        using var folder = new TemporaryFolder();
        var settings = Settings(folder);
        settings.Architectures = ["lenet5"];
        var acted = new HashSet<int>();
        var experiment = _mlContext.MulticlassClassification.CreateCnnExperiment(settings);
        var result = experiment.Execute(Train, progressHandler: new Told(run =>
        {
            if (run.Trial is not (1 or 3) || !acted.Add(run.Trial))
                return;
            var folderOfAnotherProcess = new CnnExperimentFolder(settings.Folder!);
            if (run.Trial == 1)
                folderOfAnotherProcess.Pause(1);
            else
                folderOfAnotherProcess.Resume(1);
        }));
        var journal = ExperimentJournal.Read(Path.Join(settings.Folder, "journal.jsonl"));
        var controls = journal.OfType<TrialControlled>().Select(entry => entry.Control).ToArray();
        CollectionAssert.AreEqual(new[] { TrialControl.Pause, TrialControl.Resume }, controls);
        Assert.AreEqual(CnnTrialStatus.Completed, result.RunDetails[0].Status);
    }

    /// <summary>Protects disks: half a file that a killed process left is of no use to anyone.</summary>
    [TestMethod]
    public void WhatAKilledProcessWasWritingGoes()
    {
        using var folder = new TemporaryFolder();
        var settings = Settings(folder, images: 4 * Digits);
        using var stop = new CancellationTokenSource();
        settings.CancellationToken = stop.Token;
        Run(settings, new Told(_ => stop.Cancel()));
        string[] halves = [".settings-a.tmp", ".leaderboard.csv-b.tmp", "best/.model-c.tmp", "jobs/.000002-d.tmp", "trials/0002/.model-e.tmp"];
        Directory.CreateDirectory(Path.Join(settings.Folder, "trials", "0002"));
        foreach (var half in halves)
            File.WriteAllText(Path.Join(settings.Folder, half), "half");

        (settings.CancellationToken, settings.Resume) = (default, true);
        Run(settings);
        Assert.IsEmpty(Directory.GetFiles(settings.Folder!, "*.tmp", SearchOption.AllDirectories));
    }

    /// <summary>Protects experiments whose process dies of a trial: the trial is given up before it is begun again.</summary>
    [TestMethod]
    public void AWishThatWasLeftWhileNoProcessLedComesFirst()
    {
        using var folder = new TemporaryFolder();
        var settings = Settings(folder);
        using var stop = new CancellationTokenSource();
        settings.CancellationToken = stop.Token;
        settings.Progress = new Watched(progress =>
        {
            if (progress.UnderWay.Any(job => job.Trial == 2))
                stop.Cancel();
        });
        Assert.AreEqual("it was canceled", Run(settings).EndReason);
        new CnnExperimentFolder(settings.Folder!).Skip(2);

        (settings.CancellationToken, settings.Resume) = (default, true);
        settings.Progress = null;
        var run = Run(settings).RunDetails[1];
        Assert.AreEqual(CnnTrialStatus.Skipped, run.Status);
        Assert.AreEqual(0, run.ImagesSeen);
        Assert.IsFalse(Directory.Exists(Path.Join(settings.Folder, "trials", "0002", "fold-1")));
    }

    [TestMethod]
    public void NetworksOverALimitAreToldOfAndNotTrained()
    {
        using var folder = new TemporaryFolder();
        var settings = Settings(folder);
        settings.Limits = new() { Parameters = 100_000 };
        var result = Run(settings);
        Assert.AreEqual("lenet5", result.BestRun!.TrainerName);
        var over = result.RunDetails.Where(run => run.TrainerName == "squeezenet1_1").ToArray();
        Assert.IsGreaterThan(0, over.Length);
        Assert.IsTrue(over.All(run => run is { Status: CnnTrialStatus.OverLimit, ImagesSeen: 0 }
            && run.Reason!.Contains("100000 are allowed", StringComparison.Ordinal)));
    }

    /// <summary>Protects from experiments without an end: what is over a limit before it is trained takes nothing of the budget.</summary>
    [TestMethod]
    [DataRow(1)]
    [DataRow(2)]
    public void AnExperimentEndsWhereNoNetworkKeepsToTheLimits(int parallelism)
    {
        using var folder = new TemporaryFolder();
        var settings = Settings(folder);
        (settings.Limits, settings.Parallelism) = (new() { Parameters = 1_000 }, parallelism);
        var result = Run(settings);
        Assert.IsNull(result.BestRun);
        Assert.AreEqual("the last trials ended before their first image", result.EndReason);
        Assert.IsInRange(30, 30 + parallelism, result.RunDetails.Count);
    }

    [TestMethod]
    public void FoldsScoreEveryImageByANetworkThatHasNotSeenIt()
    {
        using var folder = new TemporaryFolder();
        var settings = Settings(folder, images: 4 * Digits);
        settings.Architectures = ["lenet5"];
        settings.Folds = 3;
        var result = Run(settings);
        Assert.AreEqual(Digits, result.BestRun!.ValidationMetrics!.Images);
        Assert.IsTrue(Directory.Exists(Path.Join(settings.Folder, "trials", "0001", "fold-3")));
    }

    // What was decided and what came of it, without times.
    private static string[] Story(string folder) => [.. ExperimentJournal.Read(Path.Join(folder, "journal.jsonl")).Select(entry => entry switch
    {
        JobDecided decided => FormattableString.Invariant($"{decided.Job} {decided.Trial} {decided.Rung} {decided.Configuration} {decided.Reason}"),
        JobEnded ended => FormattableString.Invariant($"{ended.Job} {ended.Result.Status} {ended.Result.Epochs} {ended.Result.Metrics}"),
        _ => "",
    }).Where(line => line.Length > 0).Order(StringComparer.Ordinal)];

    private sealed class Watched(Action<CnnExperimentProgress> act) : IProgress<CnnExperimentProgress>
    {
        public void Report(CnnExperimentProgress value) => act(value);
    }

    private sealed class Told(Action<CnnRunDetail> act) : IProgress<CnnRunDetail>
    {
        public void Report(CnnRunDetail value) => act(value);
    }

    /// <summary>
    /// Two workers, the second of which is always first to be done. (Trainings at the same time need processes of their own, since libtorch's random state
    /// belongs to a process.)
    /// </summary>
    private sealed class TwoWorkers(Func<string, CnnTrialWorker> make) : ICnnTrialExecutor
    {
        private readonly List<(string Folder, int Job, TaskCompletionSource Done)> _waiting = [];

        public List<int> Order { get; } = [];

        public int Workers => 2;

        public async Task RunAsync(string folder, int job, CancellationToken cancellationToken)
        {
            var done = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            lock (_waiting)
                _waiting.Add((folder, job, done));
            await Task.Run(() => Work(cancellationToken), cancellationToken);
            await done.Task;
        }

        // Gives the other job time to come, and takes the newest.
        private void Work(CancellationToken cancellation)
        {
            Thread.Sleep(100);
            lock (_waiting)
            {
                while (_waiting is [.., var newest])
                {
                    make(newest.Folder).Run(newest.Job, cancellation);
                    Order.Add(newest.Job);
                    _waiting.RemoveAt(_waiting.Count - 1);
                    newest.Done.SetResult();
                }
            }
        }

        public void Dispose() { }
    }
}
