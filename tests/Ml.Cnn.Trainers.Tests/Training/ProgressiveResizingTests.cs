using System.Text.Json;
using Microsoft.ML;
using Microsoft.ML.Data;
using Ml.Cnn.Transforms;
using TorchSharp;
using static TorchSharp.torch;

namespace Ml.Cnn.Trainers.Tests.Training;

/// <summary>Training that begins on small images.</summary>
[TestClass]
public sealed class ProgressiveResizingTests
{
    private static readonly MLContext s_mlContext = new(seed: 1);

    /// <summary>
    /// Protects what each step sees: the size of the epoch's stage, and the full size in the end; what validation, statistics and scores see, too.
    /// </summary>
    [TestMethod]
    [DataRow(ImageCache.None)]
    [DataRow(ImageCache.Memory)]
    [DataRow(ImageCache.File)]
    public void Images_grow_from_stage_to_stage(ImageCache cache)
    {
        AnySizeNetwork network = null!;
        var model = s_mlContext.FitOwn(s_mlContext.Data.GenerateDigits(40), (channels, classes) => network = new(channels, classes), o =>
        {
            (o.Epochs, o.BatchSize, o.Cache, o.Seed) = (6, 20, cache, 1);
            o.ProgressiveResizing = ProgressiveResizing.OfStages(new(12, 0.5), new(20, 0.7));
            (o.ValidationFraction, o.PreciseBatchNorm) = (0.25, 30);
        });
        // Two steps an epoch, and one batch of statistics and one of validation behind each.
        CollectionAssert.AreEqual((long[])[12, 12, 12, 12, 12, 12, 20, 20, 20, 20, 28, 28], network.Trained.ToArray());
        Assert.IsTrue(network.Evaluated.Skip(4).All(size => size == 28), string.Join(' ', network.Evaluated)); // before: the plan, and the check of the sizes
        Assert.AreEqual(28, model.Preprocessing.Height);
        Assert.HasCount(6, model.History);
    }

    /// <summary>Protects the pictures: what a stage sees is the image made smaller, from a cache too, and its recipe is the stage's own.</summary>
    [TestMethod]
    public void A_stage_sees_the_whole_image_made_smaller()
    {
        var (plain, cached, mirrored) = (First(_ => { }), First(o => o.Cache = ImageCache.Memory), First(o =>
        {
            var stage = new ProgressiveStage(14, 0.5) { Augmentation = new([new RandomHorizontalFlip(1)]) };
            o.ProgressiveResizing = ProgressiveResizing.OfStages(stage);
        }));
        using var scope = NewDisposeScope();
        Assert.IsTrue(plain.equal(cached).all().item<bool>());
        Assert.IsTrue(plain.flip(3).allclose(mirrored, 0, 1e-6));
        Assert.IsFalse(plain.allclose(mirrored, 0, 1e-6));
        var whole = First(o => o.ProgressiveResizing = null);
        CollectionAssert.AreEqual((long[])[10, 1, 28, 28], whole.shape);
        Assert.IsLessThan(0.03, (Trainers.Runtime.TensorResizing.Resized(whole, 14, 14) - plain).abs().max().ToDouble(), "rounded to bytes");

        static Tensor First(Action<CnnTrainerOptions> change)
        {
            AnySizeNetwork network = null!;
            s_mlContext.FitOwn(s_mlContext.Data.GenerateDigits(10), (channels, classes) => network = new(channels, classes), o =>
            {
                (o.Epochs, o.BatchSize, o.Seed, o.Augmentation) = (2, 10, 1, ImageAugmentation.None);
                o.ProgressiveResizing = ProgressiveResizing.Of(14);
                change(o);
            });
            return network.First!;
        }
    }

    /// <summary>Protects interrupted trainings, wherever the interruption comes: the same weights to the bit. And the option changes something.</summary>
    [TestMethod]
    public void A_resumed_training_ends_as_an_undisturbed_one()
    {
        var folder = Directory.CreateTempSubdirectory("mlcnn-progressive").FullName;
        try
        {
            void Stages(CnnTrainerOptions o) => o.ProgressiveResizing = ProgressiveResizing.OfStages(
                new(12, 0.4) { Augmentation = new([new RandomCrop(padding: 0.1)], new Mixup()) }, new(20, 0.7));
            void Keep(CnnTrainerOptions o)
            {
                Stages(o);
                o.Checkpoints = new() { Folder = folder, Resume = true, Every = TimeSpan.FromTicks(1) };
            }
            var undisturbed = Fit(Stages);
            Assert.AreNotEqual(Pipelines.Weights(Fit(_ => { })), Pipelines.Weights(undisturbed));
            var seed = Environment.TickCount;
            Console.WriteLine($"seed {seed}");
            var random = new Random(seed);
            for (var crashes = 0; crashes < 4; crashes++)
                Assert.ThrowsExactly<CrashException>(() => Fit(Keep, crashAt: random.Next(2, 5)));
            Assert.AreEqual(Pipelines.Weights(undisturbed), Pipelines.Weights(Fit(Keep)));
            var other = Assert.ThrowsExactly<InvalidOperationException>(() => Fit(o =>
            {
                Keep(o);
                o.ProgressiveResizing = ProgressiveResizing.Of(12);
            }));
            Assert.Contains("ProgressiveResizing was", other.Message);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }

        static CnnTransformer Fit(Action<CnnTrainerOptions> change, int crashAt = int.MaxValue) => s_mlContext.FitOwn(s_mlContext.Data.GenerateDigits(64),
            (channels, classes) => new AnySizeNetwork(channels, classes, crashAt), o =>
            {
                (o.Epochs, o.BatchSize, o.LearningRate, o.Seed) = (5, 16, 0.05, 7);
                change(o);
            });
    }

    /// <summary>
    /// Protects what the technique is for, on real digits: in the same number of epochs fewer pixels go through the network, and it names about as many of the
    /// test images right.
    /// </summary>
    [TestMethod]
    public void Real_digits_are_named_as_well_with_fewer_pixels()
    {
        var (train, test) = RealDigits.Load(s_mlContext, train: 1000, test: 1000);
        var (whole, pixels) = Accuracy(_ => { });
        var (grown, fewer) = Accuracy(o => o.ProgressiveResizing = ProgressiveResizing.Of(14, 20));
        Console.WriteLine($"{whole:P1} with {pixels:N0} rows of pixels, {grown:P1} with {fewer:N0}");
        Assert.IsLessThan(0.65 * pixels, fewer);
        Assert.IsGreaterThan(whole - 0.015, grown);

        (double Accuracy, double Pixels) Accuracy(Action<CnnTrainerOptions> change)
        {
            SmallNetwork network = null!;
            var options = new CnnOptions { FeatureColumnName = "Image", Epochs = 9, BatchSize = 50, LearningRate = 0.05, Seed = 3 };
            options.Augmentation = ImageAugmentation.None;
            change(options);
            var model = s_mlContext.MulticlassClassification.Trainers.Cnn((channels, classes) => network = new(channels, classes), options).Fit(train);
            return (s_mlContext.MulticlassClassification.Evaluate(model.Transform(test)).MicroAccuracy, network.Pixels);
        }
    }

    /// <summary>Protects the time that is left: epochs that are still to come cost more, by their pixels.</summary>
    [TestMethod]
    public void The_time_left_knows_that_images_grow()
    {
        var (even, growing) = (Left(_ => 1), Left(epoch => epoch == 1 ? 0.25 : 1));
        Assert.AreEqual(4, growing / even, 2); // one epoch of a quarter is done, and three quarters of a whole one are not

        static double Left(Func<int, double> work)
        {
            CnnProgress? last = null;
            using var reporter = new Trainers.Training.Reporting.ProgressReporter(new Immediate(value => last = value), epochs: 2, imagesInEpoch: 10, work);
            reporter.Begin([], steps: 0);
            var totals = new Trainers.Metrics.PassTotals();
            Thread.Sleep(200);
            reporter.Step(new() { Epoch = 1, Step = 1, Images = 10 }, totals);
            reporter.Epoch(new() { Epoch = 1, Epochs = 2, Images = 10 });
            return last!.Remaining.TotalSeconds;
        }
    }

    [TestMethod]
    public void Text_tells_sizes_and_shares()
    {
        Assert.AreEqual("96:0.25,128:0.5,160:0.75", ProgressiveResizing.Of(96, 128, 160).ToString());
        Assert.AreEqual("96:0.25,128:0.5,160:0.75", ProgressiveResizing.Parse("96,128,160").ToString());
        Assert.AreEqual("96:0.5,128:0.8", ProgressiveResizing.Parse("96:0.5,128:0.8").ToString());
        foreach (var wrong in (string[])["", "96,", "0", "-5", "96:0", "96:1", "96:0.5,128:0.5", "96:0.5,128", "96:1.5", "96:0.5:1", "a"])
            Assert.ThrowsExactly<FormatException>(() => ProgressiveResizing.Parse(wrong), wrong);
        Assert.Throws<ArgumentOutOfRangeException>(() => ProgressiveResizing.Of());
        Assert.Throws<ArgumentOutOfRangeException>(() => ProgressiveResizing.Of(0));
        Assert.Throws<ArgumentOutOfRangeException>(() => ProgressiveResizing.OfStages(new(20, 0.5), new(24, 0.5)));
    }

    [TestMethod]
    public void What_cannot_grow_is_refused_by_name()
    {
        var digits = s_mlContext.Data.GenerateDigits(20);
        var oneSize = Refused<ArgumentOutOfRangeException>(() =>
            s_mlContext.FitLeNet(digits, Pipelines.Options(2, o => o.ProgressiveResizing = ProgressiveResizing.Of(20))));
        Assert.StartsWith("ProgressiveResizing must be null for lenet5, which is built for images of one size, here 28", oneSize);
        Assert.StartsWith("ProgressiveResizing must be sizes of at most 28 pixels, the size that is scored",
            Own(o => o.ProgressiveResizing = ProgressiveResizing.Of(30)));
        Assert.StartsWith("ProgressiveResizing must be over before the last of 2 epochs",
            Own(o => o.ProgressiveResizing = ProgressiveResizing.OfStages(new ProgressiveStage(20, 0.9))));
        var singles = s_mlContext.Transforms.Conversion.ConvertType("Image", outputKind: DataKind.Single).Fit(digits).Transform(digits);
        Assert.Contains("needs images that can be resized: column 'Image' is a vector of Single pixels", Refused<ArgumentException>(() =>
            s_mlContext.FitOwn(singles, (channels, classes) => new AnySizeNetwork(channels, classes), o =>
                (o.Epochs, o.ProgressiveResizing) = (2, ProgressiveResizing.Of(20)))));

        string Own(Action<CnnTrainerOptions> change) => Refused<ArgumentOutOfRangeException>(() =>
            s_mlContext.FitOwn(digits, (channels, classes) => new AnySizeNetwork(channels, classes), o =>
            {
                o.Epochs = 2;
                change(o);
            }));

        static string Refused<T>(Func<object> fit) where T : ArgumentException
        {
            var error = Assert.ThrowsExactly<T>(() => fit());
            Assert.AreEqual(nameof(CnnOptions.ProgressiveResizing), error.ParamName);
            return error.Message;
        }
    }

    /// <summary>Protects model files, which hold the settings.</summary>
    [TestMethod]
    public void A_model_says_how_its_images_grew()
    {
        var model = s_mlContext.FitOwn(s_mlContext.Data.GenerateDigits(20), (channels, classes) => new AnySizeNetwork(channels, classes),
            o => (o.Epochs, o.ProgressiveResizing) = (2, ProgressiveResizing.Of(20)));
        var stages = model.Scorer.Model.Training!.Settings.GetProperty("sampling").GetProperty("progressiveResizing").GetProperty("stages");
        Assert.AreEqual(20, stages[0].GetProperty("size").GetInt32());
        Assert.AreEqual(JsonValueKind.Null, stages[0].GetProperty("augmentation").ValueKind);
    }

    private sealed class Immediate(Action<CnnProgress> report) : IProgress<CnnProgress>
    {
        public void Report(CnnProgress value) => report(value);
    }

    /// <summary>A network that pools over whatever is left of an image, and remembers what it saw.</summary>
    private sealed class AnySizeNetwork : nn.Module<Tensor, Tensor>
    {
        private readonly nn.Module<Tensor, Tensor> conv, norm, linear;
        private readonly int _crashAt;

        public AnySizeNetwork(int channels, int classes, int crashAt = int.MaxValue) : base(nameof(AnySizeNetwork))
        {
            (conv, norm, linear) = (nn.Conv2d(channels, 4, 3), nn.BatchNorm2d(4), nn.Linear(4, classes));
            _crashAt = crashAt;
            RegisterComponents();
        }

        public List<long> Trained { get; } = [];

        public List<long> Evaluated { get; } = [];

        public Tensor? First { get; private set; }

        public override Tensor forward(Tensor images)
        {
            (training ? Trained : Evaluated).Add(images.size(2));
            if (training && Trained.Count >= _crashAt)
                throw new CrashException();
            if (training)
                First ??= images.clone().DetachFromDisposeScope();
            return linear.call(norm.call(conv.call(images)).relu().mean([2, 3]));
        }
    }

    /// <summary>Three convolutions that tell digits of any size apart.</summary>
    private sealed class SmallNetwork : nn.Module<Tensor, Tensor>
    {
        private readonly nn.Module<Tensor, Tensor> layers;

        public SmallNetwork(int channels, int classes) : base(nameof(SmallNetwork))
        {
            layers = nn.Sequential(nn.Conv2d(channels, 16, 3), nn.BatchNorm2d(16), nn.ReLU(), nn.Conv2d(16, 32, 3, stride: 2), nn.BatchNorm2d(32), nn.ReLU(),
                nn.Conv2d(32, 32, 3), nn.BatchNorm2d(32), nn.ReLU(), nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(32, classes));
            RegisterComponents();
        }

        public double Pixels { get; private set; }

        public override Tensor forward(Tensor images)
        {
            if (training)
                Pixels += images.numel() / 28.0;
            return layers.call(images);
        }
    }
}
