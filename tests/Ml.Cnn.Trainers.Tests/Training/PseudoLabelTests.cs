using Microsoft.ML;
using Microsoft.ML.Data;
using Ml.Cnn.Trainers.Losses;
using Ml.Cnn.Transforms;
using TorchSharp;
using static TorchSharp.torch;

namespace Ml.Cnn.Trainers.Tests.Training;

/// <summary>Images without labels that are learned along with labeled ones (Sohn et al. 2020).</summary>
[TestClass]
public sealed class PseudoLabelTests
{
    private static readonly MLContext s_mlContext = new(seed: 1);
    private static readonly IDataView s_digits = s_mlContext.Data.GenerateDigits(48); // three batches of 16
    private static readonly IDataView s_unlabeled = s_mlContext.Data.GenerateDigits(70, seed: 5);

    /// <summary>Protects what the technique is for: of real digits, about twenty of each class with labels and 2,000 without, more are named right.</summary>
    [TestMethod]
    public void Unlabeled_digits_help_where_labels_are_few()
    {
        var (labeled, test) = RealDigits.Load(s_mlContext, train: 200, test: 1000);
        var unlabeled = WithoutLabels(s_mlContext.Data.SkipRows(RealDigits.Load(s_mlContext, train: 2200, test: 1).Train, 200));
        var (alone, together) = (Accuracy(null), Accuracy(new PseudoLabels(unlabeled) { Ratio = 4, Threshold = 0.8 }));
        Console.WriteLine($"200 labels {alone:P1}, with 2,000 unlabeled digits {together:P1}");
        Assert.IsGreaterThan(alone + 0.015, together);

        double Accuracy(PseudoLabels? pseudo)
        {
            var options = Pipelines.Options(epochs: 40, o => (o.BatchSize, o.Seed, o.PseudoLabels) = (25, 3, pseudo));
            (options.Optimizer, options.LearningRate, options.Augmentation) = (Optimizer.AdamW, 0.002, ImageAugmentation.Preset("writing"));
            var model = s_mlContext.MulticlassClassification.Trainers.LeNet(options).Fit(labeled);
            return s_mlContext.MulticlassClassification.Evaluate(model.Transform(test)).MicroAccuracy;
        }
    }

    /// <summary>Protects equation 4: classes from a probability of τ on count, and the mean is over all images, by the weight.</summary>
    [TestMethod]
    public void The_loss_is_the_paper_s()
    {
        using var scope = NewDisposeScope();
        var loss = new PseudoLabelLoss(threshold: 0.8, weight: 3);
        var (classes, isSure) = loss.Guess(tensor(new float[,] { { 2, 0, 0 }, { 0, 0, 1 }, { 0, 5, 0 } })); // 0.79, 0.58, 0.99
        CollectionAssert.AreEqual((long[])[0, 2, 1], classes.data<long>().ToArray());
        CollectionAssert.AreEqual((float[])[0, 0, 1], isSure.data<float>().ToArray());
        var strong = tensor(new float[,] { { 1, 0, 0 }, { 1, 0, 0 }, { 1, 0, 0 } });
        var expected = 3.0 / 3 * Math.Log(Math.E + 2); // −ln softmax of class 1, of the last image alone
        Assert.AreEqual(expected, loss.Of(strong, classes, isSure).ToDouble(), 1e-5);
    }

    /// <summary>
    /// Protects a step: as many unlabeled images as asked for, each changed little where the network is asked, in evaluation mode, and changed much where it
    /// learns; and every image comes once before one comes again.
    /// </summary>
    [TestMethod]
    [DataRow(ImageCache.None, MemoryLayout.Contiguous)]
    [DataRow(ImageCache.None, MemoryLayout.ChannelsLast)]
    [DataRow(ImageCache.Memory, MemoryLayout.Contiguous)]
    [DataRow(ImageCache.File, MemoryLayout.ChannelsLast)]
    public void A_step_sees_labeled_and_unlabeled_images(ImageCache cache, MemoryLayout layout)
    {
        using var scope = NewDisposeScope();
        SeeingNetwork network = null!;
        var turned = new ImageAugmentation([new RandomVerticalFlip(1)]);
        s_mlContext.FitOwn(s_digits, (channels, classes) => network = new(channels, classes), o =>
        {
            (o.Epochs, o.BatchSize, o.Seed, o.Cache, o.Augmentation, o.MemoryLayout, o.Channels) = (1, 16, 1, cache, ImageAugmentation.None, layout, 3);
            o.PseudoLabels = new(s_unlabeled) { Ratio = 2, StrongAugmentation = turned };
        });
        CollectionAssert.AreEqual((long[])[48, 48, 48 - 26], network.Trained.Select(images => images.size(0)).ToArray()); // 70 = 32 + 32 + 6
        foreach (var (asked, learned) in network.Asked.Zip(network.Trained))
        {
            Assert.IsTrue(asked.flip(2).allclose(learned.narrow(0, 16, asked.size(0)), 0, 1e-6), "the same images, turned");
            Assert.AreEqual(layout == MemoryLayout.ChannelsLast, Trainers.Runtime.TensorLayout.IsChannelsLast(learned));
        }
        var ofSteps = network.Asked.Take(3); // those behind them are for the statistics of batch normalization
        var pixels = ofSteps.SelectMany(images => images.unbind(0))
            .Select(image => string.Join(',', image.contiguous().data<float>().ToArray())).ToArray();
        Assert.HasCount(70, pixels.Distinct().ToArray());
    }

    /// <summary>Protects interrupted trainings, wherever the interruption comes: the same weights to the bit. And the option changes something.</summary>
    [TestMethod]
    [DataRow(true)]
    [DataRow(false)]
    public void A_resumed_training_ends_as_an_undisturbed_one(bool canShuffle)
    {
        var folder = Directory.CreateTempSubdirectory("mlcnn-pseudo").FullName;
        try
        {
            void Learn(CnnTrainerOptions o)
            {
                o.PseudoLabels = new(canShuffle ? s_unlabeled : WithoutLabels(s_mlContext.EnumerableDigits(70, seed: 5))) { Ratio = 2, Threshold = 0.3 };
                o.Augmentation = new([new RandomCrop(padding: 0.1)], new Mixup());
            }
            void Keep(CnnTrainerOptions o)
            {
                Learn(o);
                o.Checkpoints = new() { Folder = folder, Resume = true, Every = TimeSpan.FromTicks(1) };
            }
            var undisturbed = Fit(Learn);
            Assert.AreNotEqual(Pipelines.Weights(undisturbed), Pipelines.Weights(Fit(o =>
            {
                Learn(o);
                o.PseudoLabels = null;
            })));
            var seed = Environment.TickCount;
            Console.WriteLine($"seed {seed}");
            var random = new Random(seed);
            for (var crashes = 0; crashes < 4; crashes++)
                Assert.ThrowsExactly<CrashException>(() => Fit(Keep, crashAt: random.Next(2, 5)));
            Assert.AreEqual(Pipelines.Weights(undisturbed), Pipelines.Weights(Fit(Keep)));
            var other = Assert.ThrowsExactly<InvalidOperationException>(() => Fit(o =>
            {
                Keep(o);
                o.PseudoLabels = new(s_mlContext.Data.GenerateDigits(80, seed: 5)) { Ratio = 2, Threshold = 0.3 };
            }));
            Assert.Contains("PseudoLabels was", other.Message);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    /// <summary>Protects images that grow and sharper steps: both views of an unlabeled image have the size of the epoch, in a resumed training too.</summary>
    [TestMethod]
    public void Unlabeled_images_grow_as_the_others_do()
    {
        using var scope = NewDisposeScope();
        var folder = Directory.CreateTempSubdirectory("mlcnn-pseudo").FullName;
        try
        {
            static void Learn(CnnTrainerOptions o)
            {
                (o.Epochs, o.BatchSize, o.Seed, o.PseudoLabels) = (3, 16, 1, new(s_unlabeled) { Ratio = 2, Threshold = 0.2 });
                (o.ProgressiveResizing, o.SharpnessAwareRadius) = (ProgressiveResizing.Of(14), 0.05);
            }
            SeeingNetwork network = null!;
            CnnTransformer Fit(Action<CnnTrainerOptions> change, int crashAt = int.MaxValue) =>
                s_mlContext.FitOwn(s_digits, (channels, classes) => network = new(channels, classes, crashAt), change);
            var undisturbed = Fit(Learn);
            CollectionAssert.AreEqual(Enumerable.Repeat(14L, 12).Concat(Enumerable.Repeat(28L, 6)).ToArray(),
                network.Trained.Select(images => images.size(3)).ToArray()); // three steps of two passes an epoch
            void Keep(CnnTrainerOptions o)
            {
                Learn(o);
                o.Checkpoints = new() { Folder = folder, Resume = true, Every = TimeSpan.FromTicks(1) };
            }
            Assert.ThrowsExactly<CrashException>(() => Fit(Keep, crashAt: 15));
            Assert.AreEqual(Pipelines.Weights(undisturbed), Pipelines.Weights(Fit(Keep)));
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    /// <summary>Protects long trainings: no step leaves a tensor behind.</summary>
    [TestMethod]
    public void Steps_leave_no_tensor()
    {
        GC.Collect();
        GC.WaitForPendingFinalizers();
        var counts = new List<long>();
        Fit(o =>
        {
            o.PseudoLabels = new(s_unlabeled) { Ratio = 2 };
            (o.Epochs, o.EpochCallback) = (8, _ => counts.Add(Tensor.TotalCount));
        });
        Assert.IsTrue(counts.Skip(4).Zip(counts.Skip(5)).All(pair => pair.Second <= pair.First), $"live tensors after each epoch: {string.Join(", ", counts)}");
    }

    /// <summary>Protects the kept head and frozen layers: the statistics of a frozen backbone stay, though images without labels go through it.</summary>
    [TestMethod]
    public void What_is_told_and_what_stays()
    {
        var mlContext = new MLContext(seed: 1);
        var messages = mlContext.Listen();
        mlContext.FitLeNet(mlContext.Data.GenerateDigits(32), Pipelines.Options(2, o =>
            (o.BatchSize, o.Freeze, o.PseudoLabels) = (16, Freezing.Backbone, new(s_unlabeled) { Threshold = 0.001 })));
        Assert.Contains(message => message.Contains("epoch 1: 100 % of 140 unlabeled images had a class that is sure enough"), messages);
    }

    [TestMethod]
    public void What_cannot_be_learned_is_refused_by_name()
    {
        var other = s_mlContext.Data.GenerateDigits(20, size: 32);
        Assert.Contains("in the unlabeled data", Assert.Throws<ArgumentOutOfRangeException>(() => Refused(o => o.PseudoLabels = new(other))).Message);
        var none = s_mlContext.Data.LoadFromEnumerable(Array.Empty<Digit>());
        Assert.Contains("PseudoLabels holds no rows", Assert.Throws<InvalidOperationException>(() => Refused(o => o.PseudoLabels = new(none))).Message);
        var lacking = s_mlContext.Transforms.DropColumns("Image").Fit(s_unlabeled).Transform(s_unlabeled);
        Assert.Contains("'Image'", Assert.Throws<ArgumentOutOfRangeException>(() => Refused(o => o.PseudoLabels = new(lacking))).Message);
        Assert.Contains("there is no probability", Assert.Throws<ArgumentException>(() => Refused(o =>
            (o.Variant, o.ImageSize, o.PseudoLabels) = (LeNetVariant.Published, 32, new(s_unlabeled)))).Message);
        var singles = s_mlContext.Transforms.Conversion.ConvertType("Image", outputKind: DataKind.Single);
        var (labeled, unlabeled) = (singles.Fit(s_digits).Transform(s_digits), singles.Fit(s_unlabeled).Transform(s_unlabeled));
        Assert.Contains("needs images that can be augmented", Assert.Throws<ArgumentException>(() =>
            s_mlContext.FitLeNet(labeled, Pipelines.Options(1, o => o.PseudoLabels = new(unlabeled)))).Message);

        static void Refused(Action<LeNetOptions> change) => s_mlContext.FitLeNet(s_digits, Pipelines.Options(1, change));
    }

    private static CnnTransformer Fit(Action<CnnTrainerOptions> change, int crashAt = int.MaxValue) => s_mlContext.FitOwn(s_digits,
        (channels, classes) => new NormalizedNetwork(channels, classes, crashAt: crashAt), o =>
        {
            (o.Epochs, o.BatchSize, o.LearningRate, o.Seed) = (5, 16, 0.05, 7);
            change(o);
        });

    private static IDataView WithoutLabels(IDataView data) => s_mlContext.Transforms.DropColumns("Label").Fit(data).Transform(data);

    /// <summary>A network for images of any size that remembers what it saw.</summary>
    private sealed class SeeingNetwork : nn.Module<Tensor, Tensor>
    {
        private readonly nn.Module<Tensor, Tensor> conv, norm, linear;
        private readonly int _crashAt;

        public SeeingNetwork(int channels, int classes, int crashAt = int.MaxValue) : base(nameof(SeeingNetwork))
        {
            (conv, norm, linear, _crashAt) = (nn.Conv2d(channels, 4, 3), nn.BatchNorm2d(4), nn.Linear(4, classes), crashAt);
            RegisterComponents();
        }

        public List<Tensor> Trained { get; } = [];

        public List<Tensor> Asked { get; } = []; // while training goes on

        public override Tensor forward(Tensor images)
        {
            if (images.size(0) > 1) // the plan is made with one image
                (training ? Trained : Asked).Add(images.detach().clone().DetachFromDisposeScope());
            if (training && Trained.Count >= _crashAt)
                throw new CrashException();
            return linear.call(norm.call(conv.call(images)).relu().mean([2, 3]));
        }
    }
}
