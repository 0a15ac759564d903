using Microsoft.ML;
using Ml.Cnn.Trainers.Collectives;
using Ml.Cnn.Trainers.Training.Optimization;
using Ml.Cnn.Transforms;
using MlCnn.Testing;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Ml.Cnn.Trainers.Tests.Training;

/// <summary>What training in several processes stands on; here the processes are threads.</summary>
[TestClass]
public sealed class ProcessGroupTests
{
    private static readonly MLContext s_mlContext = new(seed: 1);
    private static readonly IDataView s_digits = s_mlContext.Data.GenerateDigits(90);
    private static readonly IDataView s_keyed = s_mlContext.Transforms.Conversion.MapValueToKey("Label").Fit(s_digits).Transform(s_digits);

    private static readonly ImageAugmentation s_augmentation = new([new RandomCrop(padding: 0.1), new RandomRotation((-10, 10))]);

    /// <summary>
    /// Protects what a group is for: two processes with a batch size of 10 train what one process with a batch size of 20 trains, on images that are
    /// dealt out in every epoch, however the rows are kept; and only the main one writes.
    /// </summary>
    [TestMethod]
    [DataRow(1, ImageCache.None)]
    [DataRow(2, ImageCache.None)]
    [DataRow(1, ImageCache.Memory)]
    [DataRow(1, ImageCache.File)]
    public void Two_processes_share_the_images_and_train_as_one(int accumulation, ImageCache cache)
    {
        void Settings(LeNetOptions o)
        {
            (o.GradientAccumulation, o.GradientClippingNorm, o.Cache) = (accumulation, 0.5, cache);
            (o.Augmentation, o.Schedule) = (s_augmentation, LearningRateSchedule.Cosine);
        }

        var alone = Trainer(epochs: 2, o => Settings(Batches(o, 20))).Fit(s_keyed);

        var folders = Enumerable.Range(0, 2).Select(_ => Directory.CreateTempSubdirectory("mlcnn-processes").FullName).ToArray();
        try
        {
            using var meeting = new Meeting(world: 2);
            var (epochs, reports) = (new int[2], new int[2]);
            var together = Together(meeting, rank => Trainer(epochs: 2, o =>
            {
                Settings(Batches(o, 10));
                o.EpochCallback = _ => epochs[rank]++;
                o.Progress = new Counter(() => reports[rank]++);
                o.LogFolder = Path.Join(folders[rank], "logs");
                o.Checkpoints = new() { Folder = Path.Join(folders[rank], "checkpoints") };
            }));

            Assert.AreEqual(Pipelines.Weights(together[0]), Pipelines.Weights(together[1]));
            Assert.AreEqual(0, LargestDifference(alone, together[0]), 1e-5, "sums in another order");
            Assert.AreEqual(accumulation == 1 ? 10 : 6, meeting.Sums, "two epochs of five batches");
            foreach (var model in together)
            {
                CollectionAssert.AreEqual((long[])[90, 90], model.History.Select(epoch => epoch.Images).ToArray());
                CollectionAssert.AreEqual(alone.History.Select(epoch => epoch.LearningRate).ToArray(),
                    model.History.Select(epoch => epoch.LearningRate).ToArray());
            }
            CollectionAssert.AreEqual((string[])["checkpoints", "logs"], Directory.GetDirectories(folders[0]).Select(Path.GetFileName).Order().ToArray());
            Assert.IsEmpty(Directory.GetFileSystemEntries(folders[1]), "only the main process writes");
            CollectionAssert.AreEqual((int[])[2, 2], epochs, "callbacks are everybody's own");
            Assert.IsGreaterThan(0, reports[0]);
            Assert.AreEqual(0, reports[1]);
        }
        finally
        {
            foreach (var folder in folders)
                Directory.Delete(folder, recursive: true);
        }
    }

    /// <summary>
    /// Protects uneven ends: where some processes have an image less than others in the last step, or none at all, they train what one process trains, with
    /// batch normalization over all of them, too.
    /// </summary>
    [TestMethod]
    [DataRow(2, 11, false)] // 90 = 4 · 22 + 2
    [DataRow(3, 11, false)] // 90 = 2 · 33 + 24
    [DataRow(4, 11, false)] // 90 = 2 · 44 + 2: two of the four have no image
    [DataRow(3, 30, false)] // one step
    [DataRow(4, 11, true)]
    [DataRow(7, 20, true)] // more than there are, and 90 = 7 · 12 + 6
    public void Uneven_shards_train_as_one_process(int world, int batchSize, bool isBalanced)
    {
        void Settings(LeNetOptions o, int size) =>
            (o.BatchSize, o.BalancedSampling, o.Schedule, o.GradientAccumulation) = (size, isBalanced, LearningRateSchedule.Linear, isBalanced ? 2 : 1);

        var alone = Trainer(epochs: 2, o => Settings(o, world * batchSize)).Fit(s_keyed);
        using var meeting = new Meeting(world);
        var models = Together(meeting, _ => Trainer(epochs: 2, o => Settings(o, batchSize)));
        foreach (var model in models)
        {
            Assert.AreEqual(Pipelines.Weights(models[0]), Pipelines.Weights(model));
            CollectionAssert.AreEqual(alone.History.Select(e => (e.Images, e.Steps, e.LearningRate)).ToArray(),
                model.History.Select(e => (e.Images, e.Steps, e.LearningRate)).ToArray());
            Assert.AreEqual(alone.History[^1].Loss, model.History[^1].Loss, 1e-5);
            Assert.AreEqual(alone.History[^1].Accuracy, model.History[^1].Accuracy, 0.02);
        }
        Assert.AreEqual(0, LargestDifference(alone, models[0]), 1e-5, "sums in another order");
    }

    /// <summary>Protects that a wish of one process is a decision of all: it stops after a step, and all stop after the same one.</summary>
    [TestMethod]
    [DataRow(1)]
    [DataRow(2)]
    public void A_group_stops_together_and_goes_on_where_it_stopped(int accumulation)
    {
        using var temporary = new TemporaryFolder();
        var folder = Path.Join(temporary.Path, "checkpoints");
        void Settings(LeNetOptions o, int size) => (o.BatchSize, o.GradientAccumulation) = (size, accumulation);
        using var undisturbed = new Meeting(world: 2);
        var expected = Together(undisturbed, _ => Trainer(epochs: 2, o => Settings(o, 10)));

        Assert.AreEqual(accumulation == 1 ? 10 : 6, undisturbed.Sums);
        using (var meeting = new Meeting(world: 2))
        {
            using var cancellation = new CancellationTokenSource();
            var stopped = Together(meeting, rank => Trainer(epochs: 2, o =>
            {
                Settings(o, 10);
                o.Checkpoints = new() { Folder = folder, Resume = true };
                if (rank == 1)
                {
                    o.CancellationToken = cancellation.Token;
                    o.StepCallback = step =>
                    {
                        if (step.Step == 6)
                            cancellation.Cancel();
                    };
                }
            }));
            foreach (var model in stopped)
                Assert.AreEqual(StopReason.Canceled, model.StopReason);
            Assert.AreEqual(Pipelines.Weights(stopped[0]), Pipelines.Weights(stopped[1]));
        }
        Assert.HasCount(2, Directory.GetFiles(folder), "of the first epoch and of the stop");
        var aside = Directory.CreateDirectory(Path.Join(temporary.Path, "aside")).FullName;
        foreach (var file in Directory.GetFiles(folder))
            File.Copy(file, Path.Join(aside, Path.GetFileName(file)));
        var messages = s_mlContext.Listen();
        using var again = new Meeting(world: 2);
        var resumed = Together(again, _ => Trainer(epochs: 2, o =>
        {
            Settings(o, 10);
            o.Checkpoints = new() { Folder = folder, Resume = true };
        }));
        Assert.IsLessThan(undisturbed.Sums, again.Sums);
        foreach (var model in resumed)
            Assert.AreEqual(Pipelines.Weights(expected[0]), Pipelines.Weights(model));
        // A single process goes on with batches as large as those of both were together.
        var alone = Trainer(epochs: 2, o =>
        {
            Settings(o, 20);
            o.Checkpoints = new() { Folder = aside, Resume = true };
        });
        Assert.AreEqual(0, LargestDifference(expected[0], alone.Fit(s_keyed)), 1e-5, "sums in another order");
        lock (messages)
            Assert.IsFalse(messages.Any(message => message.Contains("another order", StringComparison.Ordinal)));
        var error = Assert.ThrowsExactly<InvalidOperationException>(() => Trainer(epochs: 2, o =>
        {
            Settings(o, 10);
            o.Checkpoints = new() { Folder = aside, Resume = true };
        }).Fit(s_keyed));
        Assert.Contains("BatchSize was 20 and is 10", error.Message);
    }

    /// <summary>Protects decisions by what was measured: all have the same numbers, stop at the same epoch and lower the rate at the same one.</summary>
    [TestMethod]
    public void A_group_measures_and_decides_as_one()
    {
        var others = s_mlContext.Data.GenerateDigits(37, seed: 4);
        var validation = s_mlContext.Transforms.Conversion.MapValueToKey("Label").Fit(s_digits).Transform(others);
        void Settings(LeNetOptions o, int size)
        {
            o.BatchSize = size;
            (o.ValidationSet, o.EarlyStopping) = (validation, new() { Patience = 2, Metric = EarlyStoppingMetric.ValidationLoss, MinimumChange = 0.5 });
            o.Schedule = LearningRateSchedule.ReduceOnPlateau(patience: 1, minimumChange: 0.5);
        }
        var alone = Trainer(epochs: 6, o => Settings(o, 20)).Fit(s_keyed);
        using var meeting = new Meeting(world: 2);
        var together = Together(meeting, _ => Trainer(epochs: 6, o => Settings(o, 10)));
        foreach (var model in together)
        {
            Assert.AreEqual(StopReason.NoProgress, model.StopReason);
            Assert.HasCount(alone.History.Count, model.History);
            foreach (var (one, other) in alone.History.Zip(model.History))
            {
                Assert.AreEqual(one.ValidationLoss!.Value, other.ValidationLoss!.Value, 1e-5);
                Assert.AreEqual(one.ValidationAccuracy, other.ValidationAccuracy);
                Assert.AreEqual(one.LearningRate, other.LearningRate);
                Assert.AreEqual(one.Loss, other.Loss, 1e-5);
            }
        }
        // A spent budget of one is one of all, and a seed that nobody gave is the main process's.
        var unseeded = new MLContext();
        using var another = new Meeting(world: 2);
        var spent = another.Together(group => unseeded.MulticlassClassification.Trainers.LeNet(Pipelines.Options(3, o =>
        {
            (o.NetworkThreads, o.BatchSize) = (1, 10);
            if (group.Rank == 1)
                o.TimeBudget = TimeSpan.FromTicks(1);
        })).In(new(group)).Fit(s_keyed));
        Assert.AreEqual(Pipelines.Weights(spent[0]), Pipelines.Weights(spent[1]));
        foreach (var model in spent)
            Assert.AreEqual(StopReason.TimeBudgetSpent, model.StopReason);
    }

    /// <summary>Protects from processes that were started for different trainings: all end, and say which differs in what.</summary>
    [TestMethod]
    public void Processes_that_differ_end_with_a_message_that_names_the_difference()
    {
        void AssertRefused(string expected, Action<LeNetOptions> ofSecond, IDataView? dataOfSecond = null)
        {
            using var meeting = new Meeting(world: 2);
            var error = Assert.ThrowsExactly<GroupFailureException>(() => meeting.Together(group => Trainer(epochs: 1, o =>
            {
                Batches(o, 10);
                if (group.Rank == 1)
                    ofSecond(o);
            }).In(new(group)).Fit(group.Rank == 1 ? dataOfSecond ?? s_keyed : s_keyed)));
            Assert.Contains(expected, error.Message);
            Assert.Contains("rank 1 (process", error.Message);
        }
        AssertRefused("BatchSize 24, and rank 0", o => o.BatchSize = 12);
        AssertRefused("has WeightDecay 0.5", o => o.WeightDecay = 0.5);
        AssertRefused("TrainingData", _ => { }, s_mlContext.Data.TakeRows(s_keyed, 80));
    }

    /// <summary>Protects from a process whose failure leaves the others waiting: they end, too, and say what it said.</summary>
    [TestMethod]
    public void A_failure_of_one_process_is_one_of_all()
    {
        using var meeting = new Meeting(world: 2);
        List<Exception> failures = [];
        Assert.ThrowsExactly<InvalidDataException>(() => meeting.Together(group =>
        {
            try
            {
                return Trainer(epochs: 2, o =>
                {
                    Batches(o, 10);
                    if (group.Rank == 0)
                        o.StepCallback = step => throw new InvalidDataException("Full of cats.");
                }).In(new(group)).Fit(s_keyed);
            }
            catch (Exception e)
            {
                lock (failures)
                    failures.Add(e);
                throw;
            }
        }));
        Assert.HasCount(2, failures);
        Assert.Contains("Full of cats", failures.OfType<GroupFailureException>().Single().Message);
    }

    /// <summary>Protects the linear rule: the rate of one process is multiplied by their number, after a warm-up that begins there.</summary>
    [TestMethod]
    public void A_learning_rate_grows_with_the_group_where_that_is_asked_for()
    {
        void Settings(LeNetOptions o) => (o.LearningRate, o.Schedule, o.BatchSize, o.Distribution) =
            (0.01, LearningRateSchedule.Constant, 15, new() { ScalesLearningRate = true });
        using var meeting = new Meeting(world: 3);
        var rates = new List<double>();
        Together(meeting, rank => Trainer(epochs: 10, o =>
        {
            Settings(o);
            if (rank == 0)
                o.StepCallback = step => rates.Add(step.LearningRate);
        }));
        foreach (var (step, rate) in rates.Index()) // two steps an epoch, and one epoch of warm-up
            Assert.AreEqual(step < 2 ? 0.01 + step * 0.01 : 0.03, rate, 1e-12);
        var alone = Trainer(epochs: 1, Settings).Fit(s_keyed);
        Assert.AreEqual(0.01, alone.History[0].LearningRate, 1e-12);
    }

    /// <summary>Protects gradients that travel as bfloat16: rounded, and the same in all processes.</summary>
    [TestMethod]
    public void Gradients_may_travel_in_half_the_bytes()
    {
        var alone = Trainer(epochs: 1, o => Batches(o, 20)).Fit(s_keyed);
        using var meeting = new Meeting(world: 2);
        var together = Together(meeting, _ => Trainer(epochs: 1, o => Batches(o, 10).Distribution = new() { BFloat16Gradients = true }));
        Assert.AreEqual(Pipelines.Weights(together[0]), Pipelines.Weights(together[1]));
        var difference = LargestDifference(alone, together[0]);
        Assert.IsGreaterThan(1e-7, difference, "nothing was rounded");
        Assert.IsLessThan(1e-3, difference);
    }

    /// <summary>
    /// Protects what stands around a step: every process comes to the same weights, and but for the way up, which each process takes by its own images, they
    /// are one process's.
    /// </summary>
    [TestMethod]
    public void What_stands_around_a_step_goes_together_with_a_group()
    {
        void Settings(LeNetOptions o, bool isSharpnessAware)
        {
            (o.GradientCentralization, o.LayerRateDecay, o.SharpnessAwareRadius) = (true, 0.8, isSharpnessAware ? 0.05 : null);
            if (isSharpnessAware)
                o.WeightAveraging = new() { FromShare = 0.5 };
            else
                o.Lookahead = new() { Steps = 2 };
        }
        foreach (var isSharpnessAware in (bool[])[false, true])
        {
            var alone = Trainer(epochs: 2, o => Settings(Batches(o, 20), isSharpnessAware)).Fit(s_keyed);
            using var meeting = new Meeting(world: 2);
            var together = Together(meeting, _ => Trainer(epochs: 2, o => Settings(Batches(o, 10), isSharpnessAware)));
            Assert.AreEqual(Pipelines.Weights(together[0]), Pipelines.Weights(together[1]));
            Assert.AreEqual(10, meeting.Sums);
            if (!isSharpnessAware)
                Assert.AreEqual(0, LargestDifference(alone, together[0]), 1e-5, "sums in another order");
        }
    }

    /// <summary>Protects the weighting: two processes with 3 images and 1 image move the weights as one process with 4 does.</summary>
    [TestMethod]
    [DataRow(1)]
    [DataRow(2)]
    public void A_process_counts_by_the_weight_of_its_images(int accumulation)
    {
        using var scope = NewDisposeScope();
        var images = tensor((float[])[1, 2, -3, 5]);
        var expected = Moved(images, null);
        Assert.AreEqual(expected, Moved(images[..3], new OtherProcess(Gradient(images[3..]), 1)), 1e-6f);
        Assert.AreEqual(expected, Moved(images[3..], new OtherProcess(Gradient(images[..3]), 3)), 1e-6f);
        Assert.AreNotEqual(expected, Moved(images[..3], null), 1e-3f);

        float Moved(Tensor batch, IGradientReduction? reduction)
        {
            var parameter = new Parameter(ones(1));
            var optimizer = new Sgd([new([parameter], 1, 0)], momentum: 0, nesterov: false);
            using var update = new GradientUpdate(optimizer, clipping: null, accumulation, batchWeight: 2, average: null, scaling: null, reduction);
            foreach (var part in accumulation == 1 || batch.shape[0] == 1 ? [batch] : batch.split([1, batch.shape[0] - 1]))
            {
                update.Begin();
                update.Add(Loss(parameter, part), () => tensor((float)part.shape[0]), learningRate: 0.01);
            }
            update.Complete(0.01);
            return parameter.item<float>();
        }

        static Tensor Gradient(Tensor batch)
        {
            var parameter = new Parameter(ones(1));
            Loss(parameter, batch).backward();
            return parameter.grad!;
        }

        static Tensor Loss(Tensor parameter, Tensor batch) => (parameter * batch).pow(2).mean();
    }

    private static CnnTrainer Trainer(int epochs, Action<LeNetOptions> change) =>
        s_mlContext.MulticlassClassification.Trainers.LeNet(Pipelines.Options(epochs, o =>
        {
            (o.Seed, o.NetworkThreads) = (3, 1);
            change(o);
        }));

    private static LeNetOptions Batches(LeNetOptions options, int size)
    {
        options.BatchSize = size;
        return options;
    }

    /// <summary>Trains every rank on a thread of its own.</summary>
    private static CnnTransformer[] Together(Meeting meeting, Func<int, CnnTrainer> trainer) =>
        meeting.Together(group => trainer(group.Rank).In(new(group)).Fit(s_keyed));

    private static double LargestDifference(CnnTransformer one, CnnTransformer other)
    {
        using var scope = NewDisposeScope();
        return one.Scorer.Network.parameters().Zip(other.Scorer.Network.parameters()).Max(pair => (pair.First - pair.Second).abs().max().item<float>());
    }

    private sealed class Counter(Action count) : IProgress<CnnProgress>
    {
        public void Report(CnnProgress value) => count();
    }

    /// <summary>A process whose gradient is known beforehand.</summary>
    private sealed class OtherProcess(Tensor gradient, float itsWeight) : IGradientReduction
    {
        private Tensor? _begun;

        public int Processes => 2;

        public bool IsConcurrent => false;

        public void Begin(IReadOnlyList<Tensor> gradients) => _begun = gradients[0];

        public void End(Tensor weight, double unit) => _begun!.mul_(unit).add_(gradient * itsWeight).div_(weight + itsWeight);

        public void Dispose() { }
    }
}
