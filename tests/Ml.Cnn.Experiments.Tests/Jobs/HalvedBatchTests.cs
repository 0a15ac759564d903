using Microsoft.ML;
using Ml.Cnn.Experiments.Jobs;
using Ml.Cnn.Experiments.Storage;

namespace Ml.Cnn.Experiments.Tests.Jobs;

/// <summary>
/// Protects trials for whose batches there is no memory: what a smaller batch came to is kept through later rungs and interruptions. Memory is missing here
/// for a row that is read once; the command's tests have a process that really has none.
/// </summary>
[TestClass]
public sealed class HalvedBatchTests
{
    private const int Digits = 160;
    private const int Epochs = 13; // of the third rung

    private readonly MLContext _mlContext = new(seed: 1);
    private Action _onRow = () => { };

    // Everything is read through this: before the first job by the experiment, and then by a training.
    private IDataView Train => _mlContext.Data.FilterByCustomPredicate<Row>(_mlContext.Data.GenerateDigits(Digits, seed: 1, imageColumnName: "Image"), _ =>
    {
        _onRow();
        return false;
    });

    private static CnnExperimentSettings Settings(TemporaryFolder folder) => new()
    {
        Architectures = ["lenet5"],
        Budget = ExperimentBudget.Trials(1),
        FeatureColumnName = "Image",
        FirstRungEpochs = 1,
        MaximumEpochs = Epochs,
        Folder = Path.Join(folder.Path, "experiment"),
        Seed = 7,
        Threads = 1,
    };

    private CnnExperimentResult Run(CnnExperimentSettings settings) =>
        _mlContext.MulticlassClassification.CreateCnnExperiment(settings).Execute(Train);

    [TestMethod]
    public void ATrialKeepsItsHalvedBatchToTheLastRung()
    {
        using var folder = new TemporaryFolder();
        var settings = Settings(folder);
        settings.Progress = new Told(LackMemoryOnce);
        var run = Run(settings).RunDetails[0];

        var (configured, ended) = Journal(settings);
        Assert.HasCount(3, ended, "there are three rungs");
        Assert.AreEqual(configured / 2, run.Configuration.BatchSize);
        Assert.AreEqual(CnnTrialStatus.Completed, run.Status);
        Assert.AreEqual(Epochs, run.Epochs);
        Assert.IsTrue(ended.All(result => result.Result.BatchSize == configured / 2), "every rung's result says so");
    }

    [TestMethod]
    public void ATrialThatIsInterruptedGoesOnWithItsHalvedBatch()
    {
        using var folder = new TemporaryFolder();
        var settings = Settings(folder);
        using var stop = new CancellationTokenSource();
        settings.CancellationToken = stop.Token;
        settings.Progress = new Told(progress => LackMemoryOnce(progress, then: () =>
        {
            // The halved training has read its images once or more.
            var rows = 0;
            _onRow = () =>
            {
                if (Interlocked.Increment(ref rows) == 4 * Digits)
                    stop.Cancel();
            };
        }));
        Assert.ThrowsExactly<OperationCanceledException>(() => Run(settings), "in its first job");
        var (configured, none) = Journal(settings);
        Assert.IsEmpty(none);
        Assert.IsTrue(Directory.EnumerateFiles(Path.Join(settings.Folder, "trials", "0001", "fold-1"), "*", SearchOption.AllDirectories).Any(),
            "there is a checkpoint, with the halved batch");

        _onRow = () => { };
        (settings.CancellationToken, settings.Progress, settings.Resume) = (default, null, true);
        var run = Run(settings).RunDetails[0];
        Assert.AreEqual(CnnTrialStatus.Completed, run.Status, run.Reason);
        Assert.AreEqual(configured / 2, run.Configuration.BatchSize);
    }

    /// <summary>What is thrown where memory is missing: by .NET, by libtorch on the CPU and on CUDA, by the system, and by either on another thread.</summary>
    [TestMethod]
    public void EveryLackOfMemoryIsRecognized()
    {
        Exception[] all =
        [
            new InsufficientMemoryException(),
            new InvalidOperationException("[enforce fail at alloc_cpu.cpp:127] err == 0. DefaultCPUAllocator: can't allocate memory: you "
                + "tried to allocate 79884800 bytes. Error code 12 (Cannot allocate memory)"),
            new InvalidOperationException("CUDA out of memory. Tried to allocate 20.00 MiB."),
            new IOException("Cannot allocate memory : '/tmp/x'"),
            new AggregateException(new OperationCanceledException(), new InsufficientMemoryException()),
            new InvalidOperationException("Reading failed.", new InsufficientMemoryException()),
        ];
        foreach (var exception in all)
            Assert.IsTrue(TrialTraining.IsOutOfMemory(exception), exception.Message);
        Assert.IsFalse(TrialTraining.IsOutOfMemory(new IOException("No space left on device")));
        Assert.IsFalse(TrialTraining.IsOutOfMemory(new AggregateException(new InvalidDataException("The image is damaged."))));
    }

    // The first row that the first job reads finds no memory.
    private void LackMemoryOnce(CnnExperimentProgress progress) => LackMemoryOnce(progress, then: () => _onRow = () => { });

    private void LackMemoryOnce(CnnExperimentProgress progress, Action then)
    {
        if (progress.UnderWay.Count == 0 || progress.RunDetails[0].Epochs > 0)
            return;
        _onRow = () =>
        {
            then();
            throw new InsufficientMemoryException();
        };
    }

    private static (int Configured, JobEnded[] Ended) Journal(CnnExperimentSettings settings)
    {
        var entries = ExperimentJournal.Read(Path.Join(settings.Folder, "journal.jsonl"));
        var jobs = entries.OfType<JobDecided>().Where(decided => decided.Trial == 1).ToArray();
        return (jobs[0].Configuration!.BatchSize, [.. entries.OfType<JobEnded>().Where(ended => jobs.Any(decided => decided.Job == ended.Job))]);
    }

    private sealed class Row
    {
        public ReadOnlyMemory<char> Label { get; set; }
    }

    private sealed class Told(Action<CnnExperimentProgress> act) : IProgress<CnnExperimentProgress>
    {
        public void Report(CnnExperimentProgress value) => act(value);
    }
}
