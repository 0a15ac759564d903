using Microsoft.ML;
using Ml.Cnn.Trainers.Training.Steps;
using TorchSharp;
using static TorchSharp.torch;

namespace Ml.Cnn.Trainers.Tests.Training;

/// <summary>Training with images of several sizes.</summary>
[TestClass]
public sealed class MultiScaleTests
{
    private static readonly MLContext s_mlContext = new(seed: 1);

    /// <summary>
    /// Protects the sizes of the steps: all of them come, each for as many steps as asked for, the same under the same seed; scoring has one.
    /// </summary>
    [TestMethod]
    public void The_size_changes_every_few_steps()
    {
        var first = Train(seed: 3, out var scored);
        CollectionAssert.AreEqual(first, Train(seed: 3, out _));
        CollectionAssert.AreNotEqual(first, Train(seed: 4, out _));
        Assert.HasCount(60, first);
        foreach (var steps in first.Chunk(3))
            Assert.HasCount(1, steps.Distinct().ToArray());
        CollectionAssert.AreEqual((long[])[20, 28, 36], first.Distinct().Order().ToArray());
        CollectionAssert.AreEqual((long[])[28], scored);

        static long[] Train(int seed, out long[] scored)
        {
            AnySizeNetwork network = null!;
            var data = s_mlContext.Data.GenerateDigits(100);
            var model = s_mlContext.FitOwn(data, (channels, classes) => network = new(channels, classes),
                o => (o.MultiScale, o.Epochs, o.BatchSize, o.Seed) = (MultiScale.Range(20, 36, interval: 8, stepsPerSize: 3), 6, 10, seed));
            var trained = network.Trained.ToArray();
            network.Evaluated.Clear();
            Pipelines.Scores(model.Transform(data));
            scored = [.. network.Evaluated.Distinct()];
            return trained;
        }
    }

    /// <summary>Protects the images: made smaller, an image keeps its mean, and a single bright pixel is not lost between those that are sampled.</summary>
    [TestMethod]
    public void Smaller_images_are_antialiased()
    {
        using var scope = NewDisposeScope();
        var batches = new ScaledBatches(MultiScale.Of([8], stepsPerSize: 1), seed: 1);
        var image = zeros(1, 1, 32, 32);
        image[0, 0, 17, 18] = 16;
        var small = batches.Resize(image, 0);
        CollectionAssert.AreEqual((long[])[1, 1, 8, 8], small.shape);
        Assert.AreEqual(1, small.sum().ToDouble(), 1e-4); // 16 / 4²
    }

    [TestMethod]
    public void Networks_of_one_size_are_refused_by_name()
    {
        var error = Assert.Throws<ArgumentOutOfRangeException>(() =>
            s_mlContext.FitLeNet(s_mlContext.Data.GenerateDigits(20), Pipelines.Options(change: o => o.MultiScale = MultiScale.Of([28, 36]))));
        Assert.AreEqual(nameof(CnnOptions.MultiScale), error.ParamName);
        Assert.Contains("lenet5", error.Message);
        var small = Assert.Throws<ArgumentOutOfRangeException>(() =>
            s_mlContext.FitLeNet(s_mlContext.Data.GenerateDigits(20), Pipelines.Options(change: o => o.MultiScale = MultiScale.Of([8, 28]))));
        Assert.Contains("at least 12", small.Message);
        Assert.Throws<ArgumentOutOfRangeException>(() => MultiScale.Of([]));
        Assert.Throws<ArgumentOutOfRangeException>(() => MultiScale.Of([0]));
        Assert.Throws<ArgumentOutOfRangeException>(() => MultiScale.Of([32], stepsPerSize: 0));
        Assert.Throws<ArgumentOutOfRangeException>(() => MultiScale.Range(64, 32));
    }

    /// <summary>A network that pools over whatever is left of an image.</summary>
    private sealed class AnySizeNetwork : nn.Module<Tensor, Tensor>
    {
        private readonly nn.Module<Tensor, Tensor> conv, linear;

        public AnySizeNetwork(int channels, int classes) : base(nameof(AnySizeNetwork))
        {
            (conv, linear) = (nn.Conv2d(channels, 4, 3), nn.Linear(4, classes));
            RegisterComponents();
        }

        public List<long> Trained { get; } = [];

        public List<long> Evaluated { get; } = [];

        public override Tensor forward(Tensor images)
        {
            (training ? Trained : Evaluated).Add(images.size(2));
            return linear.call(conv.call(images).relu().mean([2, 3]));
        }
    }
}
