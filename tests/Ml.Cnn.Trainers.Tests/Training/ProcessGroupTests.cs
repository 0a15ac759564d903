using Microsoft.ML;
using Ml.Cnn.Trainers.Training.Optimization;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Ml.Cnn.Trainers.Tests.Training;

/// <summary>What training in several processes stands on; here the processes are threads.</summary>
[TestClass]
public sealed class ProcessGroupTests
{
    private static readonly MLContext s_mlContext = new(seed: 1);
    private static readonly IDataView s_digits = s_mlContext.Data.GenerateDigits(90);

    /// <summary>
    /// Protects the place where gradients are brought together: two processes that see the same images and average their gradients train what one process trains,
    /// bit for bit, accumulated or not; and only the main one writes.
    /// </summary>
    [TestMethod]
    [DataRow(1)]
    [DataRow(2)]
    public void Two_processes_with_the_same_images_train_as_one(int accumulation)
    {
        var keyed = s_mlContext.Transforms.Conversion.MapValueToKey("Label").Fit(s_digits).Transform(s_digits);
        var folders = Enumerable.Range(0, 2).Select(_ => Directory.CreateTempSubdirectory("mlcnn-processes").FullName).ToArray();
        try
        {
            CnnTrainer Trainer(Action<LeNetOptions> change) => s_mlContext.MulticlassClassification.Trainers.LeNet(Pipelines.Options(epochs: 2, o =>
            {
                (o.Seed, o.BatchSize, o.NetworkThreads, o.GradientAccumulation, o.GradientClippingNorm) = (3, 20, 1, accumulation, 0.5);
                change(o);
            }));
            var alone = Trainer(_ => { }).Fit(keyed);

            using var meeting = new Meeting(world: 2);
            var (epochs, reports) = (new int[2], new int[2]);
            var together = Enumerable.Range(0, 2).Select(rank => Task.Factory.StartNew(() => Trainer(o =>
            {
                o.EpochCallback = _ => epochs[rank]++;
                o.Progress = new Counter(() => reports[rank]++);
                o.LogFolder = Path.Join(folders[rank], "logs");
                o.Checkpoints = new() { Folder = Path.Join(folders[rank], "checkpoints") };
            }).In(new(rank, World: 2, meeting.Of(rank))).Fit(keyed), TaskCreationOptions.LongRunning)).ToArray();
            foreach (var model in together)
                Assert.AreEqual(Pipelines.Weights(alone), Pipelines.Weights(model.Result));

            Assert.AreEqual(accumulation == 1 ? 10 : 6, meeting.Moves, "two epochs of five batches");
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

        /// <summary>How often all of them have met; two phases each time.</summary>
        public long Moves => _barrier.CurrentPhaseNumber / 2;

        public IGradientReduction Of(int rank) => new Seat(this, rank);

        public void Dispose() => _barrier.Dispose();

        private void Wait() => Assert.IsTrue(_barrier.SignalAndWait(s_patience), "The other process did not come.");

        private sealed class Seat(Meeting meeting, int rank) : IGradientReduction
        {
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
            }
        }
    }
}
