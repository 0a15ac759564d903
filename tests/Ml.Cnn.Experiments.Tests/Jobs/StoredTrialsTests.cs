using System.Collections.Concurrent;
using Microsoft.ML;

namespace Ml.Cnn.Experiments.Tests.Jobs;

/// <summary>Protects workers that do not see the experiment's folder: they get what they need, and what they trained before they died is not lost.</summary>
[TestClass]
public sealed class StoredTrialsTests
{
    private const int Digits = 120;
    private readonly MLContext _mlContext = new(seed: 1);

    private IDataView Train => _mlContext.Data.GenerateDigits(Digits, seed: 1, imageColumnName: "Image");

    private static CnnExperimentSettings Settings(string folder) => new()
    {
        Architectures = ["lenet5"],
        Budget = ExperimentBudget.Images(6 * Digits),
        FeatureColumnName = "Image",
        MaximumEpochs = 4,
        Folder = folder,
        Seed = 7,
        Threads = 1,
    };

    [TestMethod]
    public void An_experiment_in_a_store_finds_what_it_finds_in_a_folder()
    {
        using var folder = new TemporaryFolder();
        var alone = Run(Settings(Path.Join(folder.Path, "alone")));
        var store = new MemoryStore();
        var settings = Settings(Path.Join(folder.Path, "stored"));
        // Two workers in turns, each with a folder of its own, so that trials go on from the other's checkpoints.
        CnnStoredTrialWork[] works = [new(store, Path.Join(folder.Path, "a")), new(store, Path.Join(folder.Path, "b"))];
        using var executor = new CnnStoredTrialExecutor(new Turns((_, job, stop) => works[job % 2].Run(job, Work, stop)), store);
        settings.Executor = executor;
        var stored = Run(settings);
        CollectionAssert.AreEqual(Story(alone), Story(stored));
        Assert.IsNotNull(stored.Model);
        Assert.IsEmpty(store.Files.Keys.Where(name => name.EndsWith("model.zip", StringComparison.Ordinal)), "models go when they were taken");
    }

    [TestMethod]
    public void Checkpoints_of_a_worker_that_dies_are_in_the_store()
    {
        using var folder = new TemporaryFolder();
        var store = new MemoryStore();
        var settings = Settings(Path.Join(folder.Path, "stored"));
        const string Checkpoint = "trials/0001/fold-1/checkpoint-000001-0123456789abcdef.safetensors";
        var dead = new CnnStoredTrialWork(store, Path.Join(folder.Path, "dead"), interval: TimeSpan.FromMilliseconds(20));
        var next = new CnnStoredTrialWork(store, Path.Join(folder.Path, "next"));
        var found = false;
        using var executor = new CnnStoredTrialExecutor(new Turns((_, job, stop) =>
        {
            if (job == 1)
            {
                Assert.ThrowsExactly<IOException>(() => dead.Run(job, (here, _, _) =>
                {
                    Directory.CreateDirectory(Path.GetDirectoryName(Path.Join(here, Checkpoint))!);
                    File.WriteAllText(Path.Join(here, Checkpoint), "weights");
                    Assert.IsTrue(SpinWait.SpinUntil(() => store.Files.ContainsKey(Checkpoint), TimeSpan.FromMinutes(1)), "while the job is under way");
                    throw new IOException("The machine is lost.");
                }, stop));
            }
            next.Run(job, (here, number, cancellation) =>
            {
                found |= File.Exists(Path.Join(here, Checkpoint));
                Work(here, number, cancellation);
            }, stop);
        }), store);
        settings.Executor = executor;
        Assert.IsNotNull(Run(settings).BestRun);
        Assert.IsTrue(found, "the next worker goes on from it");
        Assert.IsFalse(store.Files.ContainsKey(Checkpoint), "newer ones take its place");
    }

    [TestMethod]
    public void A_store_without_the_experiment_is_refused()
    {
        using var folder = new TemporaryFolder();
        var work = new CnnStoredTrialWork(new MemoryStore(), folder.Path);
        var error = Assert.ThrowsExactly<IOException>(() => work.Run(1, (_, _, _) => Assert.Fail("nothing to do"), CancellationToken.None));
        Assert.Contains("no experiment in the store", error.Message);
        Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => new CnnStoredTrialWork(new MemoryStore(), folder.Path, interval: TimeSpan.Zero));
    }

    private CnnExperimentResult Run(CnnExperimentSettings settings) =>
        _mlContext.MulticlassClassification.CreateCnnExperiment(settings).Execute(Train);

    private void Work(string folder, int job, CancellationToken cancellation) => new CnnTrialWorker(_mlContext, folder, Train).Run(job, cancellation);

    private static string[] Story(CnnExperimentResult result) => [.. result.RunDetails.Select(run =>
        $"{run.TrainerName} {run.Epochs} {run.ValidationMetrics?.Accuracy:R} {run.ValidationMetrics?.LogLoss:R}")];

    private sealed class Turns(Action<string, int, CancellationToken> work) : ICnnTrialExecutor
    {
        public int Workers => 1;

        public Task RunAsync(string folder, int job, CancellationToken cancellationToken) =>
            Task.Run(() => work(folder, job, cancellationToken), cancellationToken);

        public void Dispose()
        {
        }
    }

    private sealed class MemoryStore : ICnnTrialStore
    {
        public ConcurrentDictionary<string, byte[]> Files { get; } = [];

        public Task<IReadOnlyList<string>> ListAsync(string prefix, CancellationToken cancellationToken) =>
            Task.FromResult<IReadOnlyList<string>>([.. Files.Keys.Where(name => name.StartsWith(prefix, StringComparison.Ordinal))]);

        public async Task WriteAsync(string name, Stream content, CancellationToken cancellationToken)
        {
            using var copy = new MemoryStream();
            await content.CopyToAsync(copy, cancellationToken);
            Files[name] = copy.ToArray();
        }

        public Task<Stream?> ReadAsync(string name, CancellationToken cancellationToken) =>
            Task.FromResult<Stream?>(Files.TryGetValue(name, out var content) ? new MemoryStream(content) : null);

        public Task DeleteAsync(string name, CancellationToken cancellationToken)
        {
            Files.TryRemove(name, out _);
            return Task.CompletedTask;
        }
    }
}
