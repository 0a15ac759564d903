using Microsoft.ML;
using Ml.Cnn.Trainers.Training.Optimization;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Ml.Cnn.Trainers.Tests.Training;

/// <summary>What happens between a batch's loss and the moved weights: accumulation, clipping, averaging.</summary>
[TestClass]
public sealed class GradientUpdateTests
{
    private static readonly MLContext s_mlContext = new(seed: 1);

    /// <summary>
    /// Protects accumulation: small batches are the large one, the last ones of an epoch included, with weights and mixing's absence or presence
    /// aside.
    /// </summary>
    [TestMethod]
    [DataRow(false)]
    [DataRow(true)]
    public void Accumulated_batches_are_one_large_batch(bool weighted)
    {
        // 150 images: a large batch of 128 and one of 22, or four of 32, and 22 as the rest.
        var (large, small) = (Train(128, 1), Train(32, 4));
        Assert.AreEqual(0, (large - small).abs().max().ToDouble(), 1e-5);
        Assert.IsGreaterThan(1e-3, (large - Train(32, 1)).abs().max().ToDouble(), "what is compared must depend on the batch");

        Tensor Train(int batchSize, int accumulation)
        {
            var model = s_mlContext.FitOwn(s_mlContext.Data.GenerateDigits(150), Networks.Unmarked, o =>
            {
                (o.BatchSize, o.GradientAccumulation, o.Epochs, o.LearningRate, o.Schedule) = (batchSize, accumulation, 3, 0.05, LearningRateSchedule.Constant);
                if (weighted)
                    (o.ClassWeights, o.LabelSmoothing) = (ClassWeights.Of(new Dictionary<string, double> { ["3"] = 5, ["4"] = 0.1 }), 0.1);
            });
            return model.Scorer.Network.parameters().First().detach().clone();
        }
    }

    /// <summary>Protects clipping against PyTorch's clip_grad_norm_ and clip_grad_value_, of which TorchSharp has none.</summary>
    [TestMethod]
    public void Gradients_are_clipped_by_value_and_by_norm()
    {
        using var scope = NewDisposeScope();
        CollectionAssert.AreEqual((float[])[3, -4, 12], Clipped(null, null));
        CollectionAssert.AreEqual((float[])[3, -4, 12], Clipped(13.1, null), "shorter gradients stay");
        Assert.AreEqual(6.5, Norm(Clipped(6.5, null)), 1e-5);
        CollectionAssert.AreEqual((float[])[3, -3.5f, 3.5f], Clipped(null, 3.5));
        Assert.AreEqual(1, Norm(Clipped(1, 3.5)), 1e-5);
        CollectionAssert.AreEqual((float[])[0, 0, 0], Clipped(1, null, factor: 0));

        static double Norm(float[] gradient) => Math.Sqrt(gradient.Sum(g => (double)g * g));

        static float[] Clipped(double? norm, double? value, float factor = 1)
        {
            Parameter[] parameters = [new(zeros(2)), new(zeros(1)), new(zeros(1), requires_grad: false)]; // together (3, −4), 12: the norm is 13
            ((parameters[0] * tensor((float[])[3, -4])).sum() * factor + (parameters[1] * 12).sum() * factor).backward();
            new GradientClipping(norm, value).Apply(parameters);
            return [.. parameters[0].grad!.data<float>(), .. parameters[1].grad!.data<float>()];
        }
    }

    /// <summary>Protects the average's arithmetic, with the decay's own warm-up: (1 + n) / (10 + n) while that is less.</summary>
    [TestMethod]
    public void The_average_follows_the_weights()
    {
        using var scope = NewDisposeScope();
        var weight = new Parameter(tensor((float[])[1]));
        using var average = new WeightAverage([weight], 0.25);
        var expected = 1.0;
        foreach (var (value, decay) in ((float, double)[])[(2, 2.0 / 11), (5, 0.25), (-3, 0.25)])
        {
            using (no_grad())
                weight.fill_(value);
            average.Update();
            expected = decay * expected + (1 - decay) * value;
            Assert.AreEqual(expected, average.Shadows[0].ToDouble(), 1e-5);
        }
        Assert.AreEqual(3, average.Steps);
        using (average.Use())
            Assert.AreEqual(expected, weight.ToDouble(), 1e-5);
        Assert.AreEqual(-3, weight.ToDouble());
        Assert.AreEqual(expected, average.Shadows[0].ToDouble(), 1e-5);
    }

    /// <summary>Protects what the average is for: it is what validation measures and Fit returns, and training goes on from the weights themselves.</summary>
    [TestMethod]
    [DataRow(false)]
    [DataRow(true)]
    public void The_averaged_weights_are_validated_and_returned(bool validates)
    {
        var steps = new List<float[]>();
        WatchedNetwork network = null!;
        var keys = s_mlContext.Transforms.Conversion.MapValueToKey("Label").Fit(s_mlContext.Data.GenerateDigits(64));
        var options = new CnnOptions
        {
            FeatureColumnName = "Image",
            Epochs = 2,
            BatchSize = 16,
            LearningRate = 0.01,
            Schedule = LearningRateSchedule.Constant,
            ExponentialMovingAverage = 0.5,
            ValidationSet = validates ? keys.Transform(s_mlContext.Data.GenerateDigits(100, seed: 2)) : null,
        };
        var model = s_mlContext.MulticlassClassification.Trainers.Cnn((channels, classes) => network = new(channels, classes), options)
            .Fit(keys.Transform(s_mlContext.Data.GenerateDigits(64)));

        // Weights before each of the 8 steps; the average takes in those after each. Those after the last are not seen.
        Assert.HasCount(8, network.Trained);
        var average = (float[])network.Trained[0].Clone();
        for (var step = 1; step < 8; step++)
        {
            var decay = (float)Math.Min(0.5, (1.0 + step) / (10 + step));
            average = [.. average.Zip(network.Trained[step], (a, w) => a * decay + w * (1 - decay))];
            if (validates && step == 4) // the first epoch's four steps are averaged
                AssertClose(average, network.Evaluated[0]);
        }
        var returned = model.Scorer.Network.parameters().First().data<float>().ToArray();
        if (validates)
        {
            var best = model.History.Last(e => e.IsBest).Epoch - 1;
            AssertClose(network.Evaluated[best * 7], returned); // 100 images in batches of 16
            var metrics = s_mlContext.MulticlassClassification.Evaluate(model.Transform(options.ValidationSet!));
            Assert.AreEqual(model.History[best].ValidationAccuracy!.Value, metrics.MicroAccuracy, 1e-9);
        }
        else
        {
            // Between the average before the last step and the weights after it.
            Assert.IsGreaterThan(1e-4f, network.Trained[7].Zip(returned, (a, b) => Math.Abs(a - b)).Max());
        }

        static void AssertClose(float[] expected, float[] actual) => Assert.IsLessThan(1e-5f, expected.Zip(actual, (a, b) => Math.Abs(a - b)).Max());
    }

    /// <summary>A linear network that notes its weights at the start of each forward pass.</summary>
    private sealed class WatchedNetwork : nn.Module<Tensor, Tensor>
    {
        private readonly nn.Module<Tensor, Tensor> linear;

        public WatchedNetwork(int channels, int classes) : base(nameof(WatchedNetwork))
        {
            linear = nn.Linear(channels * 28 * 28, classes);
            RegisterComponents();
        }

        public List<float[]> Trained { get; } = [];

        public List<float[]> Evaluated { get; } = [];

        public override Tensor forward(Tensor images)
        {
            if (training || images.size(0) > 1)
                (training ? Trained : Evaluated).Add(linear.parameters().First().data<float>().ToArray());
            return linear.call(images.flatten(1));
        }
    }
}
