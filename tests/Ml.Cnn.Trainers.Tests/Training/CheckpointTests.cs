using System.Text.Json;
using Microsoft.ML;
using Ml.Cnn.Trainers.Tests.Persistence;
using Ml.Cnn.Trainers.Training.Checkpoints;
using Ml.Cnn.Transforms;
using TorchSharp;

namespace Ml.Cnn.Trainers.Tests.Training;

/// <summary>Training that is taken up again: it must end as if nothing had happened.</summary>
[TestClass]
public sealed class CheckpointTests
{
    private const int StepsPerEpoch = 10;

    private static readonly MLContext s_mlContext = new(seed: 1);
    private static readonly ImageAugmentation s_recipe = new([new RandomCrop(padding: 0.1), new RandomRotation((-10, 10))], new Mixup());

    private readonly string _folder = Directory.CreateTempSubdirectory("mlcnn-checkpoints").FullName;

    [TestCleanup]
    public void DeleteFolder() => Directory.Delete(_folder, recursive: true);

    private string[] Files => [.. Directory.GetFileSystemEntries(_folder).Order(StringComparer.Ordinal)];

    /// <summary>
    /// Protects hours of training from a crash: wherever it comes, with whatever optimizer, the resumed weights are those of an undisturbed run, bit
    /// for bit.
    /// </summary>
    [TestMethod]
    [DataRow(Optimizer.Sgd, false, false, true, false)]
    [DataRow(Optimizer.Sgd, true, true, true, true)]
    [DataRow(Optimizer.AdamW, true, false, true, false)]
    [DataRow(Optimizer.AdamW, true, true, false, true)]
    [DataRow(Optimizer.RmsProp, true, true, true, false)]
    [DataRow(Optimizer.Lamb, false, true, false, false)]
    public void A_resumed_training_ends_as_an_undisturbed_one(Optimizer optimizer, bool isAugmented, bool isValidated, bool everyStep, bool remembersMore)
    {
        void Change(CnnTrainerOptions o)
        {
            (o.Optimizer, o.Augmentation) = (optimizer, isAugmented ? s_recipe : null);
            if (remembersMore)
            {
                (o.ExponentialMovingAverage, o.GradientAccumulation, o.BalancedSampling) = (0.9, 3, true);
                (o.Schedule, o.GradientClippingNorm, o.ClassWeights) = (LearningRateSchedule.ReduceOnPlateau(0.5, patience: 0, minimumChange: 0.5), 1,
                    ClassWeights.Balanced);
            }
            if (isValidated)
                (o.ValidationFraction, o.EarlyStopping) = (0.2, new EarlyStopping { Patience = 3, Metric = EarlyStoppingMetric.ValidationLoss });
        }
        void Keep(CnnTrainerOptions o)
        {
            Change(o);
            o.Checkpoints = Checkpoints(resume: true, every: everyStep ? TimeSpan.FromTicks(1) : null);
        }
        var undisturbed = Fit(Change);
        var seed = Environment.TickCount;
        Console.WriteLine($"seed {seed}");
        var random = new Random(seed);
        for (var crashes = 0; crashes < 3; crashes++)
            Assert.ThrowsExactly<CrashException>(() => Fit(Keep, crashAt: random.Next(everyStep ? 2 : StepsPerEpoch, 12)));
        var resumed = Fit(Keep);

        Assert.AreEqual(Pipelines.Weights(undisturbed), Pipelines.Weights(resumed));
        CollectionAssert.AreEqual(WithoutTimes(undisturbed), WithoutTimes(resumed));
        Assert.AreEqual(undisturbed.StopReason, resumed.StopReason);
        Assert.HasCount(2, Files, string.Join(", ", Files));
    }

    /// <summary>Protects what is trained stage by stage, or as a head on features that are computed once.</summary>
    [TestMethod]
    [DataRow(Freezing.Backbone)]
    [DataRow(Freezing.Stages)]
    public void Frozen_parts_resume_too(Freezing freeze)
    {
        CnnTransformer Train(Action<LeNetOptions> change) => s_mlContext.FitLeNet(s_mlContext.Data.GenerateDigits(200), Pipelines.Options(epochs: 4, o =>
        {
            (o.Freeze, o.BatchSize, o.Seed) = (freeze, 20, 5);
            change(o);
        })).LastTransformer;
        var undisturbed = Train(_ => { });
        Assert.ThrowsExactly<CrashException>(() => Train(o => (o.Checkpoints, o.EpochCallback) = (Checkpoints(), e =>
        {
            if (e.Epoch == 3)
                throw new CrashException();
        }
        )));
        Assert.AreEqual(Pipelines.Weights(undisturbed), Pipelines.Weights(Train(o => o.Checkpoints = Checkpoints(resume: true))));
    }

    /// <summary>Protects a stop by Ctrl+C or by a budget: what was done since the last checkpoint is not lost either.</summary>
    [TestMethod]
    [DataRow(1)]
    [DataRow(3)] // gradients wait for the step that they are summed for
    public void A_canceled_training_goes_on_where_it_was_canceled(int accumulation)
    {
        using var cancellation = new CancellationTokenSource();
        torch.random.manual_seed(8);
        using var before = torch.random.get_rng_state();
        var undisturbed = Fit(o => o.GradientAccumulation = accumulation);
        var stopped = Fit(o => (o.GradientAccumulation, o.Checkpoints, o.CancellationToken) = (accumulation, Checkpoints(), cancellation.Token), onStep: step =>
        {
            if (step == StepsPerEpoch + 4)
                cancellation.Cancel();
        });
        Assert.AreEqual(StopReason.Canceled, stopped.StopReason);
        var steps = 0;
        var resumed = Fit(o => (o.GradientAccumulation, o.Checkpoints) = (accumulation, Checkpoints(resume: true)), onStep: _ => steps++);

        Assert.AreEqual(4 * StepsPerEpoch - (StepsPerEpoch + 4), steps);
        Assert.AreEqual(Pipelines.Weights(undisturbed), Pipelines.Weights(resumed));
        using var after = torch.random.get_rng_state();
        CollectionAssert.AreEqual(before.data<byte>().ToArray(), after.data<byte>().ToArray(), "the process's own random state");
    }

    /// <summary>Protects a machine that restarts its jobs: a training that was over is over again at once, with the same model.</summary>
    [TestMethod]
    public void A_finished_training_is_not_trained_again()
    {
        var first = Fit(o => o.Checkpoints = Checkpoints());
        var again = Fit(o => o.Checkpoints = Checkpoints(resume: true), crashAt: 1);
        Assert.AreEqual(Pipelines.Weights(first), Pipelines.Weights(again));
        Assert.AreEqual(StopReason.Completed, again.StopReason);
        Assert.HasCount(4, again.History);
    }

    /// <summary>
    /// Protects who trains a little and then goes on: a training that is over is trained for more epochs, to the same weights as if they had been wanted from
    /// the start, where the schedule leaves the number of epochs open; and never for fewer.
    /// </summary>
    [TestMethod]
    [DataRow("cosinerestarts:1,3")]
    [DataRow("step:2,0.5+warmup:0.5")]
    public void A_finished_training_goes_on_with_more_epochs(string schedule)
    {
        void Change(CnnTrainerOptions o, int epochs) => (o.Epochs, o.Schedule, o.Optimizer) = (epochs, LearningRateSchedule.Parse(schedule), Optimizer.AdamW);
        var undisturbed = Fit(o => Change(o, 4));
        Fit(o =>
        {
            Change(o, 1);
            o.Checkpoints = Checkpoints();
        });
        var longer = Fit(o =>
        {
            Change(o, 4);
            o.Checkpoints = Checkpoints(resume: true);
        });
        Assert.AreEqual(Pipelines.Weights(undisturbed), Pipelines.Weights(longer));
        Assert.HasCount(4, longer.History);
        var shorter = Assert.ThrowsExactly<InvalidOperationException>(() => Fit(o =>
        {
            Change(o, 3);
            o.Checkpoints = Checkpoints(resume: true);
        }));
        Assert.Contains("Epochs was 4 and is 3", shorter.Message);
    }

    /// <summary>Protects users without a seed: the resumed training has the checkpoint's.</summary>
    [TestMethod]
    public void Without_a_seed_the_checkpoint_s_is_taken()
    {
        var mlContext = new MLContext();
        var crash = 15;
        CnnTransformer Train() => mlContext.FitOwn(mlContext.Data.GenerateDigits(200), (channels, classes) =>
            new CrashingNetwork(channels, classes, crash, _ => { }),
            o => (o.Epochs, o.BatchSize, o.Checkpoints, o.ValidationFraction) = (2, 20, Checkpoints(resume: true), 0.1));
        Assert.ThrowsExactly<CrashException>(Train);
        crash = int.MaxValue;
        Assert.HasCount(2, Train().History);
    }

    /// <summary>Protects against a model that is neither of two trainings: checkpoints of another one are refused, and what differs is named.</summary>
    [TestMethod]
    public void Checkpoints_of_another_training_are_refused_by_name()
    {
        Fit(o => o.Checkpoints = Checkpoints());
        void Refused(string named, Action<CnnTrainerOptions> change, int images = 200)
        {
            var error = Assert.ThrowsExactly<InvalidOperationException>(() => Fit(o =>
            {
                o.Checkpoints = Checkpoints(resume: true);
                change(o);
            }, images: images));
            Assert.Contains(named, error.Message);
        }
        Refused("LearningRate was 0.1 and is 0.05", o => o.LearningRate = 0.05);
        Refused("Seed was 3 and is 4", o => o.Seed = 4);
        Refused("Epochs was 4 and is 5; Optimizer was \"sgd\" and is \"adam\"", o => (o.Epochs, o.Optimizer) = (5, Optimizer.Adam));
        Refused("TrainingData was 200 rows", _ => { }, images: 220);
        Refused("Augmentation was null", o => o.Augmentation = s_recipe);
        var network = Assert.ThrowsExactly<InvalidOperationException>(() =>
            s_mlContext.FitLeNet(s_mlContext.Data.GenerateDigits(200), Pipelines.Options(change: o => o.Checkpoints = Checkpoints(resume: true))));
        Assert.Contains("Network was custom", network.Message);
        Assert.HasCount(2, Files);
    }

    /// <summary>Protects the choice of the best epoch: a validation set with other rows, be they as many, would compare what cannot be compared.</summary>
    [TestMethod]
    public void Another_validation_set_is_refused()
    {
        var keys = s_mlContext.Transforms.Conversion.MapValueToKey("Label").Fit(s_mlContext.Data.GenerateDigits(200));
        IDataView Validation(int seed) => keys.Transform(s_mlContext.Data.GenerateDigits(50, seed));
        CnnTransformer Train(int seed, bool resume) => Fit(o => (o.Checkpoints, o.ValidationSet) = (Checkpoints(resume), Validation(seed)));
        Train(seed: 1, resume: false);
        var error = Assert.ThrowsExactly<InvalidOperationException>(() => Train(seed: 2, resume: true));
        Assert.Contains("ValidationSet was 50 rows (", error.Message);
        Assert.HasCount(4, Train(seed: 1, resume: true).History);
    }

    /// <summary>Protects the work of an earlier training: without Resume its folder is not written to.</summary>
    [TestMethod]
    public void A_folder_with_checkpoints_is_refused_without_resume()
    {
        Fit(o => o.Checkpoints = Checkpoints());
        var before = Files;
        var error = Assert.ThrowsExactly<InvalidOperationException>(() => Fit(o => o.Checkpoints = Checkpoints()));
        Assert.Contains("Resume", error.Message);
        CollectionAssert.AreEqual(before, Files);
    }

    /// <summary>Protects against a disk that lies: a damaged newest checkpoint is passed over, and training still ends as it would have.</summary>
    [TestMethod]
    [DataRow("truncated")]
    [DataRow("altered")]
    [DataRow("empty")]
    public void A_damaged_checkpoint_gives_way_to_the_one_before(string damage)
    {
        var undisturbed = Fit(_ => { });
        Assert.ThrowsExactly<CrashException>(() => Fit(o => o.Checkpoints = Checkpoints(every: TimeSpan.FromTicks(1)), crashAt: 25));
        Assert.HasCount(2, Files);
        var newest = Files[1];
        var bytes = File.ReadAllBytes(newest);
        bytes[^(bytes.Length / 3)] ^= 1;
        File.WriteAllBytes(newest, damage switch { "truncated" => bytes[..(bytes.Length / 2)], "altered" => bytes, _ => [] });
        File.WriteAllBytes(Path.Join(_folder, ".checkpoint-left.tmp"), bytes[..100]);

        var mlContext = new MLContext(seed: 1);
        var messages = mlContext.Listen();
        var resumed = Fit(o => o.Checkpoints = Checkpoints(resume: true), mlContext: mlContext);
        Assert.Contains(m => m.StartsWith($"Warning: The checkpoint '{Path.GetFileName(newest)}' is damaged", StringComparison.Ordinal), messages);
        Assert.AreEqual(Pipelines.Weights(undisturbed), Pipelines.Weights(resumed));
        Assert.HasCount(2, Files);
        Assert.DoesNotContain(newest, Files);
    }

    /// <summary>Protects users whose every checkpoint is damaged: they are told, and training starts afresh.</summary>
    [TestMethod]
    public void Without_an_intact_checkpoint_training_starts_afresh()
    {
        Fit(o => o.Checkpoints = Checkpoints());
        foreach (var file in Files)
            File.WriteAllText(file, "not a checkpoint");
        var mlContext = new MLContext(seed: 1);
        var messages = mlContext.Listen();
        Assert.HasCount(4, Fit(o => o.Checkpoints = Checkpoints(resume: true), mlContext: mlContext).History);
        Assert.Contains(m => m.StartsWith("Warning: No checkpoint is intact", StringComparison.Ordinal), messages);
    }

    /// <summary>Protects the checkpoints that there are from a disk that fills: the new one leaves nothing, and the others stay.</summary>
    [TestMethod]
    public void A_full_disk_leaves_the_checkpoints_before()
    {
        Fit(o => o.Checkpoints = Checkpoints());
        var before = Files;
        var folder = CheckpointFolder.Open(Checkpoints(resume: true), stream => new DiskThatFills(stream, room: 100_000));
        using var tensor = torch.zeros(100_000);
        Assert.Throws<IOException>(() => folder.Write(folder.Resumed!, [new("network.a", tensor)]));
        CollectionAssert.AreEqual(before, Files);
        using var intact = folder.ReadNewest();
        Assert.IsNotEmpty(intact.Tensors);
    }

    /// <summary>Protects from a silent mistake: a source whose order is its own secret cannot be resumed exactly, and a warning says so.</summary>
    [TestMethod]
    public void Rows_that_come_in_another_order_are_warned_of()
    {
        var mlContext = new MLContext(seed: 1);
        var messages = mlContext.Listen();
        Assert.ThrowsExactly<CrashException>(() => Fit(o => o.Checkpoints = Checkpoints(every: TimeSpan.FromTicks(1)), crashAt: 15,
            data: new RestlessDataView(s_mlContext.Data.GenerateDigits(200))));
        Fit(o => o.Checkpoints = Checkpoints(resume: true), mlContext: mlContext, data: new RestlessDataView(s_mlContext.Data.GenerateDigits(200)));
        Assert.Contains(m => m.StartsWith("Warning: The images of the epoch come in another order", StringComparison.Ordinal), messages);
    }

    /// <summary>Protects the first epoch: a loss that is no number there returns the last checkpoint's model, which is a good one.</summary>
    [TestMethod]
    public void A_loss_that_is_no_number_returns_the_last_checkpoint()
    {
        var mlContext = new MLContext(seed: 1);
        var messages = mlContext.Listen();
        RecordingNetwork network = null!;
        var model = mlContext.FitOwn(mlContext.Data.GenerateDigits(200), (channels, classes) => network = new(channels, classes) { NotANumberFrom = 5 },
            o => (o.BatchSize, o.Checkpoints) = (20, Checkpoints(every: TimeSpan.FromTicks(1))));
        Assert.AreEqual(StopReason.LossNotFinite, model.StopReason);
        Assert.AreEqual(network.WeightsBeforeStep[4], Pipelines.Weights(model));
        Assert.Contains(m => m.StartsWith("Warning: The loss was NaN in epoch 1, step 5, at learning rate", StringComparison.Ordinal)
            && m.Contains("the last checkpoint (epoch 1, step 4)", StringComparison.Ordinal), messages);
    }

    /// <summary>Protects batches that leave bad images out: they are the same ones after a resume, and the model still names what was skipped.</summary>
    [TestMethod]
    public void Skipped_images_are_skipped_again()
    {
        using var images = TestImageFolder.OfDigits(60);
        images.Add("0", "00000.png", [1, 2, 3]);
        images.Add("1", "broken.png", [4, 5, 6]);
        CnnTransformer Train(Action<CnnTrainerOptions> change, int crashAt = int.MaxValue) => s_mlContext.Transforms.Conversion.MapValueToKey("Label")
            .Append(s_mlContext.MulticlassClassification.Trainers.Cnn((channels, classes) => new CrashingNetwork(channels, classes, crashAt, _ => { }),
            Options(o =>
            {
                (o.OnBadImage, o.BatchSize, o.ImageSize, o.Channels) = (BadImageHandling.Skip, 4, 28, 1);
                change(o);
            }))).Fit(images.Load(s_mlContext)).LastTransformer;

        var undisturbed = Train(_ => { });
        Assert.ThrowsExactly<CrashException>(() => Train(o => o.Checkpoints = Checkpoints(every: TimeSpan.FromTicks(1)), crashAt: 37));
        var resumed = Train(o => o.Checkpoints = Checkpoints(resume: true));
        Assert.AreEqual(Pipelines.Weights(undisturbed), Pipelines.Weights(resumed));
        CollectionAssert.AreEqual(undisturbed.BadImages.ToArray(), resumed.BadImages.ToArray());
        Assert.HasCount(2, resumed.BadImages);
    }

    /// <summary>Protects the logs of a training that was interrupted: every step and epoch is in them once, as in the model's history.</summary>
    [TestMethod]
    public void The_logs_of_a_resumed_training_have_no_gap_and_nothing_twice()
    {
        var logs = Directory.CreateTempSubdirectory("mlcnn-logs").FullName;
        try
        {
            void Keep(CnnTrainerOptions o) => (o.Checkpoints, o.LogFolder, o.Logs) = (Checkpoints(resume: true), logs,
                TrainingLogs.Epochs | TrainingLogs.Steps);
            Assert.ThrowsExactly<CrashException>(() => Fit(Keep, crashAt: 25)); // its last checkpoint is that of step 20
            var resumed = Fit(Keep);

            CollectionAssert.AreEqual(Enumerable.Range(1, 4 * StepsPerEpoch).Select(step => $"{step}").ToArray(),
                File.ReadLines(Path.Join(logs, "steps.csv")).Skip(1).Select(line => line.Split(',')[0]).ToArray());
            CollectionAssert.AreEqual(resumed.History.Select(epoch => epoch.Loss).ToArray(),
                File.ReadLines(Path.Join(logs, "epochs.jsonl")).Select(line => JsonDocument.Parse(line).RootElement.GetProperty("loss").GetDouble()).ToArray());
            Assert.IsTrue(File.Exists(Path.Join(logs, "curves.png")));
        }
        finally
        {
            Directory.Delete(logs, recursive: true);
        }
    }

    private CheckpointOptions Checkpoints(bool resume = false, TimeSpan? every = null) => new() { Folder = _folder, Every = every, Resume = resume };

    private static CnnOptions Options(Action<CnnTrainerOptions> change)
    {
        var options = new CnnOptions { FeatureColumnName = "Image", Epochs = 4, BatchSize = 20, LearningRate = 0.1, Seed = 3, NetworkThreads = 1 };
        change(options);
        return options;
    }

    private static CnnTransformer Fit(Action<CnnTrainerOptions> change, int crashAt = int.MaxValue, Action<int>? onStep = null,
        MLContext? mlContext = null, int images = 200, IDataView? data = null)
    {
        var context = mlContext ?? s_mlContext;
        var options = Options(change);
        return context.Transforms.Conversion.MapValueToKey("Label")
            .Append(context.MulticlassClassification.Trainers.Cnn((channels, classes) =>
            new CrashingNetwork(channels, classes, crashAt, onStep ?? (_ => { })), options))
            .Fit(data ?? context.Data.GenerateDigits(images)).LastTransformer;
    }

    private static CnnEpoch[] WithoutTimes(CnnTransformer model) =>
        [.. model.History.Select(e => e with { Seconds = 0, ValidationImagesPerSecond = null, PeakMemory = 0 })];
}

/// <summary>A data view that shuffles by its own chance, whatever it is told.</summary>
internal sealed class RestlessDataView(IDataView inner) : IDataView
{
    public DataViewSchema Schema => inner.Schema;

    public bool CanShuffle => true;

    public long? GetRowCount() => inner.GetRowCount();

    public DataViewRowCursor GetRowCursor(IEnumerable<DataViewSchema.Column> columnsNeeded, Random? rand = null) =>
        inner.GetRowCursor(columnsNeeded, rand is null ? null : new Random());

    public DataViewRowCursor[] GetRowCursorSet(IEnumerable<DataViewSchema.Column> columnsNeeded, int n, Random? rand = null) =>
        inner.GetRowCursorSet(columnsNeeded, n, rand is null ? null : new Random());
}
