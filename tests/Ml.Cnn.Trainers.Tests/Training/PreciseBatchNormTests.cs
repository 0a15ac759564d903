using Microsoft.ML;
using Ml.Cnn.Transforms;
using static TorchSharp.torch;

namespace Ml.Cnn.Trainers.Tests.Training;

/// <summary>Statistics of batch normalization that are computed anew (Wu and Johnson 2021, section 3).</summary>
[TestClass]
public sealed class PreciseBatchNormTests
{
    private const int Images = 50; // three batches of 16, and one of 2

    private static readonly MLContext s_mlContext = new(seed: 1);
    private static readonly IDataView s_digits = s_mlContext.Data.GenerateDigits(Images);

    /// <summary>
    /// Protects the arithmetic: the statistics of the first normalization are those of all values that the convolution makes of all images, with the weights
    /// that are returned, averaged ones too, whatever the momentum, in batches of unequal sizes.
    /// </summary>
    [TestMethod]
    [DataRow(false, null, false)]
    [DataRow(true, null, false)]
    [DataRow(false, 0.8, false)]
    [DataRow(false, 0.8, true)]
    [DataRow(false, null, false, true)]
    public void The_statistics_are_those_of_all_values_under_the_returned_weights(bool isTorchSharps, double? average, bool isValidated,
        bool isLastEpochs = false)
    {
        using var scope = NewDisposeScope();
        var model = Fit(o =>
        {
            (o.ExponentialMovingAverage, o.ValidationSet) = (average, isValidated ? Keyed(s_digits) : null);
            if (isLastEpochs)
                o.WeightAveraging = new() { FromShare = 0.5 }; // computes them by itself
            else
                o.PreciseBatchNorm = Images;
        }, isTorchSharps);
        AssertStatistics(model);
        var returned = model.History.LastOrDefault(epoch => isValidated && epoch.IsBest) ?? model.History[^1];
        Assert.AreEqual(returned.Steps, Buffer(model, "norm.num_batches_tracked").item<long>(), "the batches of training");
    }

    /// <summary>Protects a stop in the middle of an epoch: the weights that are returned have their own statistics, the average of epochs too.</summary>
    [TestMethod]
    [DataRow(false)]
    [DataRow(true)]
    public void A_canceled_training_has_its_statistics(bool isLastEpochs)
    {
        using var scope = NewDisposeScope();
        using var cancellation = new CancellationTokenSource();
        var model = Fit(o =>
        {
            (o.Epochs, o.CancellationToken, o.PreciseBatchNorm) = (4, cancellation.Token, isLastEpochs ? 0 : Images);
            o.WeightAveraging = isLastEpochs ? new() { FromShare = 0.5 } : null;
            o.StepCallback = step =>
            {
                if (step.Step == 10)
                    cancellation.Cancel();
            };
        });
        Assert.AreEqual(StopReason.Canceled, model.StopReason);
        AssertStatistics(model);
    }

    /// <summary>
    /// Protects the paper's way: what a later normalization sees has gone through the earlier ones as in training, by the statistics of its batch. With one
    /// batch that holds every image, these are the network's own in training mode.
    /// </summary>
    [TestMethod]
    public void Later_layers_see_what_they_see_in_training()
    {
        using var scope = NewDisposeScope();
        var model = Fit(o => (o.PreciseBatchNorm, o.BatchSize) = (1, Images));
        var network = (NormalizedNetwork)model.Scorer.Network;
        using var noGradient = no_grad();
        var expected = Buffer(model, "hiddenNorm.running_mean").clone();
        network.train();
        Assert.IsTrue(network.NormalizedNext(Pixels(model)).mean([0, 2, 3]).allclose(expected, 1e-4, 1e-5));
        network.eval();
        Assert.IsFalse(network.NormalizedNext(Pixels(model) * 2).mean([0, 2, 3]).allclose(expected, 1e-4, 1e-5), "what is compared depends on the images");
    }

    /// <summary>Protects training itself: the weights of every epoch are the same to the bit with and without, and so is what dropout draws.</summary>
    [TestMethod]
    public void Training_is_not_disturbed()
    {
        var augmentation = new ImageAugmentation([new RandomCrop(padding: 0.1)], new Mixup());
        void Change(CnnTrainerOptions o) => (o.ValidationFraction, o.Augmentation) = (0.2, augmentation);
        var (without, with) = (Fit(Change), Fit(o =>
        {
            Change(o);
            o.PreciseBatchNorm = 32;
        }));
        CollectionAssert.AreEqual(without.History.Select(epoch => epoch.Loss).ToArray(), with.History.Select(epoch => epoch.Loss).ToArray());
        Assert.AreNotEqual(Pipelines.Weights(without), Pipelines.Weights(with), "the statistics");
        Assert.AreNotEqual(without.History[0].ValidationLoss, with.History[0].ValidationLoss);
    }

    /// <summary>Protects the choice of the best epoch: what was validated is what is returned.</summary>
    [TestMethod]
    [DataRow(null)]
    [DataRow(0.8)]
    public void What_is_validated_is_returned(double? average)
    {
        var validation = Keyed(s_mlContext.Data.GenerateDigits(100, seed: 2));
        var model = Fit(o => (o.PreciseBatchNorm, o.ValidationSet, o.ExponentialMovingAverage, o.Epochs) = (20, validation, average, 4));
        var best = model.History.Last(epoch => epoch.IsBest);
        var metrics = s_mlContext.MulticlassClassification.Evaluate(model.Transform(validation));
        Assert.AreEqual(best.ValidationAccuracy!.Value, metrics.MicroAccuracy, 1e-9);
        Assert.AreEqual(best.ValidationLoss!.Value, metrics.LogLoss, 1e-4);
    }

    /// <summary>Protects interrupted trainings: they end with the same weights and statistics, to the bit, wherever they were interrupted.</summary>
    [TestMethod]
    [DataRow(false, false)]
    [DataRow(true, false)]
    [DataRow(true, true)]
    public void A_resumed_training_ends_as_an_undisturbed_one(bool isValidated, bool isAveraged)
    {
        var folder = Directory.CreateTempSubdirectory("mlcnn-statistics").FullName;
        try
        {
            void Change(CnnTrainerOptions o) => (o.PreciseBatchNorm, o.ValidationFraction, o.ExponentialMovingAverage, o.Epochs) =
                (20, isValidated ? 0.2 : null, isAveraged ? 0.8 : null, 3);
            void Keep(CnnTrainerOptions o)
            {
                Change(o);
                o.Checkpoints = new() { Folder = folder, Resume = true, Every = TimeSpan.FromTicks(1) };
            }
            var undisturbed = Fit(Change);
            foreach (var crashAt in (int[])[2, 4, 3])
                Assert.ThrowsExactly<CrashException>(() => Fit(Keep, crashAt: crashAt));
            Assert.AreEqual(Pipelines.Weights(undisturbed), Pipelines.Weights(Fit(Keep)));
            Assert.AreEqual(Pipelines.Weights(undisturbed), Pipelines.Weights(Fit(Keep)), "a training that was over already");
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    /// <summary>Protects layers that are not trained: their statistics stay as they were.</summary>
    [TestMethod]
    [DataRow(Freezing.Backbone, BatchNormStatistics.OfTrainedStages, false)]
    [DataRow(Freezing.Backbone, BatchNormStatistics.Updated, true)]
    [DataRow(Freezing.None, BatchNormStatistics.Fixed, false)]
    public void Statistics_that_do_not_follow_the_images_stay(Freezing freeze, BatchNormStatistics statistics, bool follow)
    {
        var start = FitResNet(o => o.Epochs = 1);
        var model = FitResNet(o => (o.Weights, o.Freeze, o.BatchNormStatistics, o.PreciseBatchNorm) = (start, freeze, statistics, 32));
        Assert.AreEqual(!follow, Statistics(start).Zip(Statistics(model)).All(pair => pair.First.equal(pair.Second).all().item<bool>()));

        static IEnumerable<Tensor> Statistics(CnnTransformer model) =>
            model.Scorer.Network.named_buffers().Where(buffer => buffer.name.Contains("running", StringComparison.Ordinal)).Select(buffer => buffer.buffer);
    }

    /// <summary>
    /// Protects what it is for: after ten steps the running averages still hold a third of what they started with, and a network that has learned digits scores
    /// them as if it had not (40 % where 75 % are right with its own statistics).
    /// </summary>
    [TestMethod]
    public void After_few_steps_digits_are_told_apart()
    {
        var (train, test) = RealDigits.Load(s_mlContext, train: 1000, test: 300);
        var (running, precise) = (Accuracy(0), Accuracy(1000));
        Console.WriteLine($"running averages {running:P1}, precise {precise:P1}");
        Assert.IsGreaterThan(running + 0.2, precise);
        Assert.AreEqual(precise, Accuracy(null), "an epoch of few steps has its statistics computed by itself");

        double Accuracy(int? count)
        {
            var options = new CnnOptions
            {
                FeatureColumnName = "Image",
                Epochs = 1,
                BatchSize = 100,
                LearningRate = 0.3,
                Schedule = LearningRateSchedule.Cosine,
                Seed = 3,
                PreciseBatchNorm = count,
                ValidationSet = test,
            };
            var trainer = s_mlContext.MulticlassClassification.Trainers.Cnn((channels, classes) =>
                new NormalizedNetwork(channels, classes, isTorchSharps: true), options);
            return trainer.Fit(train).History[0].ValidationAccuracy!.Value;
        }
    }

    /// <summary>Protects long trainings: the pass leaves no tensor.</summary>
    [TestMethod]
    public void Passes_leave_no_tensor()
    {
        GC.Collect();
        GC.WaitForPendingFinalizers();
        var counts = new List<long>();
        Fit(o => (o.PreciseBatchNorm, o.ValidationFraction, o.Epochs, o.EpochCallback) = (32, 0.2, 10, _ => counts.Add(Tensor.TotalCount)));
        Assert.HasCount(10, counts);
        Assert.IsTrue(counts.Zip(counts.Skip(1)).All(pair => pair.Second <= pair.First), $"live tensors after each epoch: {string.Join(", ", counts)}");
    }

    // Of the first normalization, whose input depends on no other one.
    private static void AssertStatistics(CnnTransformer model)
    {
        using var noGradient = no_grad();
        var values = ((NormalizedNetwork)model.Scorer.Network).Normalized(Pixels(model)).transpose(0, 1).flatten(1).to(float64); // channels × values
        AssertClose(values.mean([1]), Buffer(model, "norm.running_mean"));
        AssertClose(values.var(1, unbiased: true), Buffer(model, "norm.running_var"));

        static void AssertClose(Tensor expected, Tensor actual) => Assert.IsTrue(actual.to(float64).allclose(expected, 1e-5, 1e-6),
            $"{string.Join(", ", actual.to(float64).data<double>().ToArray())}, not {string.Join(", ", expected.data<double>().ToArray())}");
    }

    private static CnnTransformer Fit(Action<CnnTrainerOptions> change, bool isTorchSharps = false, int crashAt = int.MaxValue) =>
        s_mlContext.FitOwn(s_digits, (channels, classes) => new NormalizedNetwork(channels, classes, isTorchSharps, crashAt), o =>
        {
            (o.Epochs, o.BatchSize, o.LearningRate, o.Seed, o.NetworkThreads, o.PreciseBatchNorm) = (2, 16, 0.05, 3, 1, 0);
            change(o);
        });

    private static CnnTransformer FitResNet(Action<CnnTrainerOptions> change)
    {
        var options = new CnnOptions { FeatureColumnName = "Image", Epochs = 1, BatchSize = 16, Seed = 3, PreciseBatchNorm = 0 };
        change(options);
        return s_mlContext.MulticlassClassification.Trainers.Cnn("resnet20_cifar", options).Fit(Keyed(s_mlContext.Data.TakeRows(s_digits, 32)));
    }

    private static IDataView Keyed(IDataView data) => s_mlContext.Transforms.Conversion.MapValueToKey("Label").Fit(s_digits).Transform(data);

    // As the network sees them.
    private static Tensor Pixels(CnnTransformer model)
    {
        var normalization = model.Preprocessing.Normalization;
        return stack(s_mlContext.Data.CreateEnumerable<Digit>(s_digits, reuseRowObject: false)
            .Select(digit => (tensor(digit.Image).reshape(1, 28, 28).to(float32) / 255 - normalization.Mean[0]) / normalization.Deviation[0]));
    }

    private static Tensor Buffer(CnnTransformer model, string name) =>
        model.Scorer.Network.named_buffers().Single(buffer => buffer.name == name).buffer;
}
