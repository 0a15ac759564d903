using Microsoft.ML;
using TorchSharp;

namespace Ml.Cnn.Trainers.Tests;

/// <summary>What a training run does, seen from outside: the same again under the same seed, every image once an epoch, callbacks, the best epoch.</summary>
[TestClass]
public sealed class TrainingTests
{
    private static readonly MLContext s_mlContext = new(seed: 1);

    private static IDataView Source(string name, int count) => name switch
    {
        "own" => s_mlContext.Data.GenerateDigits(count),
        "enumerable" => s_mlContext.EnumerableDigits(count),
        "cached" => s_mlContext.Data.Cache(s_mlContext.Data.GenerateDigits(count)),
        _ => throw new ArgumentOutOfRangeException(nameof(name)),
    };

    /// <summary>Protects repeatable runs: the same seed gives the same weights to the last bit, however many threads read.</summary>
    [TestMethod]
    [DataRow("own", false)]
    [DataRow("own", true)]
    [DataRow("enumerable", false)]
    [DataRow("enumerable", true)]
    [DataRow("cached", false)]
    [DataRow("cached", true)]
    public void The_same_seed_gives_the_same_weights(string source, bool inMemory)
    {
        string Train(int threads, int seed) => Pipelines.Weights(s_mlContext.FitLeNet(Source(source, 200),
            Pipelines.Options(epochs: 2, change: o => (o.ReaderThreads, o.Seed, o.Cache) = (threads, seed, inMemory
                ? ImageCache.Memory : ImageCache.None))).LastTransformer);

        var weights = Train(threads: 4, seed: 7);
        Assert.AreEqual(weights, Train(threads: 4, seed: 7));
        Assert.AreEqual(weights, Train(threads: 2, seed: 7));
        Assert.AreEqual(weights, Train(threads: 1, seed: 7));
        Assert.AreNotEqual(weights, Train(threads: 4, seed: 8));
    }

    /// <summary>Protects the seed of the context: it holds for every Fit, and without one runs differ.</summary>
    [TestMethod]
    public void The_contexts_seed_counts()
    {
        string Train(MLContext mlContext) => Pipelines.Weights(mlContext.FitLeNet(mlContext.Data.GenerateDigits(64)).LastTransformer);
        Assert.AreEqual(Train(new(seed: 3)), Train(new(seed: 3)));
        Assert.AreNotEqual(Train(new(seed: 3)), Train(new(seed: 4)));
        Assert.AreNotEqual(Train(new()), Train(new()));
    }

    /// <summary>
    /// Protects several trainings at once (cross-validation in parallel, a search): each gives what it gives alone, and the process's random state is
    /// left as it was.
    /// </summary>
    [TestMethod]
    public void Trainings_at_the_same_time_do_not_disturb_each_other()
    {
        string Train(int seed) => Pipelines.Weights(s_mlContext.FitLeNet(s_mlContext.Data.GenerateDigits(128),
            Pipelines.Options(change: o => (o.Seed, o.NetworkThreads) = (seed, 1))).LastTransformer);
        var alone = Enumerable.Range(0, 4).Select(Train).ToArray();
        torch.random.manual_seed(5);
        using var before = torch.random.get_rng_state();
        var together = new string[12];
        var threads = together.Select((_, i) => new Thread(() => together[i] = Train(i % 4))).ToArray();
        foreach (var thread in threads)
            thread.Start();
        foreach (var thread in threads)
            thread.Join();
        CollectionAssert.AreEqual(together.Select((_, i) => alone[i % 4]).ToArray(), together);
        using var after = torch.random.get_rng_state();
        CollectionAssert.AreEqual(before.data<byte>().ToArray(), after.data<byte>().ToArray());
    }

    /// <summary>Protects learning from sorted data: every epoch sees each image once, in an order of its own.</summary>
    [TestMethod]
    [DataRow("own", false)]
    [DataRow("enumerable", false)]
    [DataRow("cached", false)]
    [DataRow("own", true)]
    public void Every_epoch_sees_every_image_once_in_another_order(string source, bool inMemory)
    {
        RecordingNetwork network = null!;
        s_mlContext.FitOwn(Source(source, 150), (channels, classes) => network = new(channels, classes),
            o => (o.Epochs, o.BatchSize, o.Cache) = (3, 32, inMemory ? ImageCache.Memory : ImageCache.None));
        var epochs = network.Images.Chunk(150).ToArray();

        Assert.HasCount(3, epochs);
        for (var i = 0; i < 3; i++)
        {
            CollectionAssert.AreEqual(epochs[0].Order().ToArray(), epochs[i].Order().ToArray());
            CollectionAssert.AreNotEqual(epochs[i], epochs[(i + 1) % 3]);
        }
        Assert.IsGreaterThan(140, epochs[0].Distinct().Count());
    }

    /// <summary>Protects batch norm, which needs two images: a last one alone joins the batch before it.</summary>
    [TestMethod]
    [DataRow(5, 64, new[] { 5 })]
    [DataRow(65, 64, new[] { 65 })]
    [DataRow(129, 64, new[] { 64, 65 })]
    [DataRow(130, 64, new[] { 64, 64, 2 })]
    [DataRow(128, 64, new[] { 64, 64 })]
    [DataRow(3, 1, new[] { 1, 1, 1 })]
    public void Batches_are_full_but_for_the_last(int rows, int batchSize, int[] expected)
    {
        RecordingNetwork network = null!;
        s_mlContext.FitOwn(s_mlContext.Data.GenerateDigits(rows), (channels, classes) => network = new(channels, classes), o => o.BatchSize = batchSize);
        CollectionAssert.AreEqual(expected, network.BatchSizes);
    }

    /// <summary>Protects the choice of the best epoch: its weights, not the last one's, are returned and scored.</summary>
    [TestMethod]
    public void With_a_validation_set_the_best_epochs_weights_are_returned()
    {
        var keys = s_mlContext.Transforms.Conversion.MapValueToKey("Label").Fit(s_mlContext.Data.GenerateDigits(60));
        var train = keys.Transform(s_mlContext.Data.GenerateDigits(60));
        var validation = keys.Transform(s_mlContext.Data.GenerateDigits(200, seed: 2));
        // A learning rate that jumps about, so that the last epoch is seldom the best.
        var options = Pipelines.Options(epochs: 12, change: o =>
            (o.ValidationSet, o.LearningRate, o.Schedule, o.BatchSize) = (validation, 0.3, LearningRateSchedule.Constant, 20));
        var model = s_mlContext.MulticlassClassification.Trainers.LeNet(options).Fit(train);

        var best = model.History.MaxBy(e => e.ValidationAccuracy)!;
        Assert.IsLessThan(12, best.Epoch, "The test needs a best epoch before the last.");
        Assert.AreEqual(best.Epoch, model.History.Last(e => e.IsBest).Epoch);
        var metrics = s_mlContext.MulticlassClassification.Evaluate(model.Transform(validation));
        Assert.AreEqual(best.ValidationAccuracy!.Value, metrics.MicroAccuracy, 1e-9);
        Assert.AreEqual(best.ValidationLoss!.Value, metrics.LogLoss, 1e-4);
    }

    /// <summary>Protects a validation set whose keys mean other classes.</summary>
    [TestMethod]
    public void A_validation_set_with_other_classes_is_refused()
    {
        var train = s_mlContext.Data.GenerateDigits(60);
        var other = s_mlContext.Data.SkipRows(s_mlContext.Data.GenerateDigits(60), 3);
        var map = s_mlContext.Transforms.Conversion.MapValueToKey("Label");
        Assert.Contains("MapValueToKey", Assert.Throws<ArgumentException>(() => s_mlContext.MulticlassClassification.Trainers
            .LeNet(Pipelines.Options(change: o => o.ValidationSet = map.Fit(other).Transform(other))).Fit(map.Fit(train).Transform(train))).Message);
    }

    /// <summary>
    /// Protects those who watch: every epoch is told once, in order, with numbers that fit together; progress only grows; the log has the metrics.
    /// </summary>
    [TestMethod]
    public void Callbacks_progress_and_log_tell_how_training_goes()
    {
        var mlContext = new MLContext(seed: 1);
        var messages = mlContext.Listen();
        var epochs = new List<CnnEpoch>();
        var progress = new Collected();
        var model = mlContext.FitLeNet(mlContext.Data.GenerateDigits(300),
            Pipelines.Options(epochs: 3, change: o => (o.EpochCallback, o.Progress) = (epochs.Add, progress))).LastTransformer;

        CollectionAssert.AreEqual(model.History.ToArray(), epochs);
        CollectionAssert.AreEqual(new[] { 1, 2, 3 }, epochs.Select(e => e.Epoch).ToArray());
        foreach (var epoch in epochs)
        {
            Assert.AreEqual((3, 300L), (epoch.Epochs, epoch.Images));
            Assert.IsInRange(0.0, 1.0, epoch.Accuracy);
            Assert.IsTrue(epoch.Loss > 0 && epoch.Seconds > 0 && epoch.ValidationLoss is null);
            Assert.Contains(m => m.StartsWith($"Info: epoch {epoch.Epoch}/3: loss ", StringComparison.Ordinal), messages);
        }
        Assert.IsLessThan(epochs[0].LearningRate, epochs[2].LearningRate);
        Assert.IsGreaterThanOrEqualTo(3, progress.Reports.Count);
        Assert.AreEqual((3, 300L, 300L), (progress.Reports[^1].Epoch, progress.Reports[^1].Images, progress.Reports[^1].ImagesInEpoch));
        var done = progress.Reports.Select(r => r.Epoch * 1000 + r.Images).ToList();
        CollectionAssert.AreEqual(done.Order().ToList(), done);
        Assert.AreEqual(StopReason.Completed, model.StopReason);
    }

    /// <summary>Protects every optimizer and schedule: they learn.</summary>
    [TestMethod]
    [DataRow(Optimizer.Sgd, "cosine")]
    [DataRow(Optimizer.Sgd, "constant")]
    [DataRow(Optimizer.Adam, "cosine")]
    [DataRow(Optimizer.AdamW, "cosine")]
    public void Every_optimizer_learns(Optimizer optimizer, string schedule)
    {
        var model = s_mlContext.FitLeNet(s_mlContext.Data.GenerateDigits(1000),
            Pipelines.Options(epochs: 4, change: o => (o.Optimizer, o.Schedule, o.Cache) = (optimizer, LearningRateSchedule.Parse(schedule),
            ImageCache.Memory)));
        Assert.IsGreaterThan(0.6, s_mlContext.MulticlassClassification.Evaluate(model.Transform(s_mlContext.Data.GenerateDigits(200, seed: 2))).MicroAccuracy);
    }

    /// <summary>
    /// Protects the rest of the process: libtorch's random state and thread count are left as they were, also by a Fit that fails and by Load.
    /// </summary>
    [TestMethod]
    public void The_process_is_left_as_it_was()
    {
        torch.random.manual_seed(123);
        using var before = torch.random.get_rng_state();
        var threads = torch.get_num_threads();
        var model = s_mlContext.FitLeNet(s_mlContext.Data.GenerateDigits(64));
        Pipelines.Scores(Pipelines.Load(s_mlContext.Save(model)).Transform(s_mlContext.Data.GenerateDigits(40)));
        Assert.Throws<InvalidOperationException>(() => s_mlContext.FitLeNet(s_mlContext.Data.GenerateDigits(64),
            Pipelines.Options(change: o => o.EpochCallback = _ => throw new InvalidOperationException())));
        using var after = torch.random.get_rng_state();
        CollectionAssert.AreEqual(before.data<byte>().ToArray(), after.data<byte>().ToArray());
        Assert.AreEqual(threads, torch.get_num_threads());
    }

    /// <summary>Protects disks: what a source that cannot shuffle is copied to goes away, whether training succeeds or fails or the process dies.</summary>
    [TestMethod]
    public void Temporary_rows_leave_no_file()
    {
        using var folder = new TestImageFolder();
        var mlContext = new MLContext(seed: 1) { TempFilePath = folder.Path };
        var during = -1;
        mlContext.FitLeNet(mlContext.EnumerableDigits(64), Pipelines.Options(change: o => o.EpochCallback = _ =>
            during = Directory.GetFiles(folder.Path).Length));
        Assert.IsEmpty(Directory.GetFileSystemEntries(folder.Path));
        if (!OperatingSystem.IsWindows()) // there, the system deletes it with the last handle
            Assert.AreEqual(0, during, "A name that is gone already cannot be left behind by a killed process.");

        Assert.Throws<InvalidOperationException>(() => mlContext.FitLeNet(mlContext.EnumerableDigits(64),
            Pipelines.Options(change: o => o.EpochCallback = _ => throw new InvalidOperationException())));
        Assert.Throws<Exception>(() => mlContext.FitLeNet(mlContext.Data.LoadFromEnumerable(FailingRows()), Pipelines.Options()));
        Assert.IsEmpty(Directory.GetFileSystemEntries(folder.Path));

        mlContext.TempFilePath = Path.Combine(folder.Path, "missing");
        var error = Assert.Throws<IOException>(() => mlContext.FitLeNet(mlContext.EnumerableDigits(64)));
        Assert.Contains("MLContext.TempFilePath", error.Message);
    }

    /// <summary>Protects the cause of a failure: what goes wrong in reading is not taken for a full disk.</summary>
    [TestMethod]
    public void A_source_that_fails_to_read_is_told_as_it_is()
    {
        var rows = 0;
        var data = s_mlContext.Data.LoadFromEnumerable(Failing());
        var error = Assert.Throws<Exception>(() => s_mlContext.FitLeNet(data));
        Assert.Contains("The wire broke.", error.GetBaseException().Message);
        Assert.DoesNotContain("TempFilePath", error.Message);

        IEnumerable<Digit> Failing()
        {
            for (var i = 0; ; i++)
            {
                if (Interlocked.Increment(ref rows) > 250) // the passes over the labels alone go well
                    throw new IOException("The wire broke.");
                if (i == 100)
                    yield break;
                yield return new() { Image = new byte[784], Label = $"{i % 2}" };
            }
        }
    }

    private static IEnumerable<Digit> FailingRows()
    {
        for (var i = 0; i < 50; i++)
            yield return new() { Image = i == 40 ? throw new InvalidOperationException("no more") : new byte[784], Label = $"{i % 2}" };
    }

    private sealed class Collected : IProgress<CnnProgress>
    {
        public List<CnnProgress> Reports { get; } = [];

        public void Report(CnnProgress value) => Reports.Add(value);
    }
}
