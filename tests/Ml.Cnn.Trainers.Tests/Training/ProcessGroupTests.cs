using Microsoft.ML;
using Ml.Cnn.Trainers.Training.Optimization;
using Ml.Cnn.Trainers.Training.Setup;
using Ml.Cnn.Transforms;
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
            Assert.AreEqual(accumulation == 1 ? 10 : 6, meeting.Moves, "two epochs of five batches");
            foreach (var model in together)
            {
                CollectionAssert.AreEqual((long[])[45, 45], model.History.Select(epoch => epoch.Images).ToArray());
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
    /// Protects from processes that wait for each other forever: where the rows do not come out even, all have as many batches and the same
    /// learning rates.
    /// </summary>
    [TestMethod]
    [DataRow(2)]
    [DataRow(3)]
    [DataRow(4)]
    public void Processes_take_equally_many_steps_whatever_the_number_of_rows(int world)
    {
        foreach (var isBalanced in (bool[])[false, true])
        {
            using var meeting = new Meeting(world);
            var models = Together(meeting, _ => Trainer(epochs: 2, o =>
            {
                (o.BatchSize, o.BalancedSampling, o.Schedule) = (11, isBalanced, LearningRateSchedule.Linear);
            }));
            foreach (var model in models)
            {
                Assert.AreEqual(Pipelines.Weights(models[0]), Pipelines.Weights(model));
                CollectionAssert.AreEqual(models[0].History.Select(e => (e.Images, e.Steps, e.LearningRate)).ToArray(),
                    model.History.Select(e => (e.Images, e.Steps, e.LearningRate)).ToArray());
            }
            Assert.AreEqual((90 + world - 1) / world, models[0].History[0].Images);
            Assert.AreEqual(models[0].History[^1].Steps, meeting.Moves);
        }
    }

    /// <summary>Protects interruptions: processes that stop in the middle of an epoch go on from the main one's checkpoint, each with its own rows.</summary>
    [TestMethod]
    public void A_group_goes_on_where_it_stopped()
    {
        var folder = Directory.CreateTempSubdirectory("mlcnn-processes").FullName;
        try
        {
            using var undisturbed = new Meeting(world: 2);
            var expected = Together(undisturbed, _ => Trainer(epochs: 2, o => Batches(o, 10)));

            using (var meeting = new Meeting(world: 2))
            {
                var cancellations = Enumerable.Range(0, 2).Select(_ => new CancellationTokenSource()).ToArray();
                meeting.Left = (rank, moves) =>
                {
                    if (moves == 7)
                        cancellations[rank].Cancel();
                };
                Together(meeting, rank => Trainer(epochs: 2, o =>
                    (Batches(o, 10).Checkpoints, o.CancellationToken) = (new() { Folder = folder }, cancellations[rank].Token)));
                Assert.AreEqual(7, meeting.Moves);
            }
            var messages = s_mlContext.Listen();
            using var again = new Meeting(world: 2);
            var resumed = Together(again, _ => Trainer(epochs: 2, o => Batches(o, 10).Checkpoints = new() { Folder = folder, Resume = true }));

            Assert.AreEqual(3, again.Moves);
            foreach (var model in resumed)
                Assert.AreEqual(Pipelines.Weights(expected[0]), Pipelines.Weights(model));
            lock (messages)
                Assert.IsFalse(messages.Any(message => message.Contains("another order", StringComparison.Ordinal)));
            var error = Assert.ThrowsExactly<InvalidOperationException>(() =>
                Trainer(epochs: 2, o => Batches(o, 10).Checkpoints = new() { Folder = folder, Resume = true }).Fit(s_keyed));
            Assert.Contains("Processes was 2 and is not there", error.Message);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    /// <summary>Protects a group from settings by which each process would decide alone when to stop or how fast to learn.</summary>
    [TestMethod]
    public void A_group_refuses_what_each_process_would_decide_alone()
    {
        using var meeting = new Meeting(world: 2);
        void AssertRefused(string option, Action<LeNetOptions> change)
        {
            var error = Assert.ThrowsExactly<InvalidOperationException>(() => Trainer(epochs: 2, change).In(new(0, World: 2, meeting.Of(0))).Fit(s_keyed));
            Assert.Contains(option, error.Message);
        }
        AssertRefused("OnBadImage", o => o.OnBadImage = BadImageHandling.Skip);
        AssertRefused("EarlyStopping", o => o.EarlyStopping = new() { Patience = 1 });
        AssertRefused("TimeBudget", o => o.TimeBudget = TimeSpan.FromHours(1));
        AssertRefused("Schedule", o => o.Schedule = LearningRateSchedule.ReduceOnPlateau());
        var unseeded = new MLContext();
        var trainer = unseeded.MulticlassClassification.Trainers.LeNet(Pipelines.Options()).In(new(1, World: 2, meeting.Of(1)));
        Assert.Contains("Seed", Assert.ThrowsExactly<InvalidOperationException>(() => trainer.Fit(s_keyed)).Message);
        Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => new ProcessGroup(2, World: 2, meeting.Of(0)));
        Assert.ThrowsExactly<ArgumentNullException>(() => new ProcessGroup(0, World: 2, Reduction: null));
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
            Assert.AreEqual(10, meeting.Moves);
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
    private static CnnTransformer[] Together(Meeting meeting, Func<int, CnnTrainer> trainer)
    {
        var ranks = Enumerable.Range(0, meeting.World).Select(rank => Task.Factory.StartNew(
            () => trainer(rank).In(new(rank, meeting.World, meeting.Of(rank))).Fit(s_keyed), TaskCreationOptions.LongRunning));
        return Task.WhenAll(ranks.ToArray()).GetAwaiter().GetResult();
    }

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
        public void Reduce(IReadOnlyList<Tensor> gradients, Tensor weight)
        {
            var share = weight / (weight + itsWeight);
            gradients[0].mul_(share).add_(gradient * (1 - share));
        }
    }

    /// <summary>Where the threads bring their gradients: each waits for the others, and takes the weighted mean.</summary>
    private sealed class Meeting(int world) : IDisposable
    {
        private static readonly TimeSpan s_patience = TimeSpan.FromMinutes(2); // for a thread that failed and never comes

        private readonly (float[][] Gradients, float Weight)[] _brought = new (float[][], float)[world];
        private readonly Barrier _barrier = new(world);

        public int World => world;

        /// <summary>Called in every thread after each of its moves, with its rank and their number; null: not.</summary>
        public Action<int, long>? Left { get; set; }

        /// <summary>How often all of them have met; two phases each time.</summary>
        public long Moves => _barrier.CurrentPhaseNumber / 2;

        public IGradientReduction Of(int rank) => new Seat(this, rank);

        public void Dispose() => _barrier.Dispose();

        private void Wait() => Assert.IsTrue(_barrier.SignalAndWait(s_patience), "The other process did not come.");

        private sealed class Seat(Meeting meeting, int rank) : IGradientReduction
        {
            private long _moves;

            public void Reduce(IReadOnlyList<Tensor> gradients, Tensor weight)
            {
                meeting._brought[rank] = ([.. gradients.Select(gradient => gradient.contiguous().data<float>().ToArray())], weight.item<float>());
                meeting.Wait();
                var whole = meeting._brought.Sum(process => process.Weight);
                for (var i = 0; i < gradients.Count; i++)
                {
                    var mean = new float[gradients[i].numel()];
                    foreach (var (theirs, itsWeight) in meeting._brought)
                    {
                        for (var k = 0; k < mean.Length; k++)
                            mean[k] += itsWeight / whole * theirs[i][k];
                    }
                    gradients[i].copy_(tensor(mean).reshape(gradients[i].shape));
                }
                meeting.Wait();
                meeting.Left?.Invoke(rank, ++_moves);
            }
        }
    }
}
