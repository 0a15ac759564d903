using Microsoft.ML;
using static TorchSharp.torch;

namespace Ml.Cnn.Trainers.Tests.Training;

/// <summary>Whole trainings with what stands around the optimizer: averages, slow weights, sharpness, centralized gradients, rates by layer.</summary>
[TestClass]
public sealed class TechniqueTrainingTests
{
    private static readonly MLContext s_mlContext = new(seed: 1);
    private static readonly IDataView s_digits = s_mlContext.Data.GenerateDigits(64); // four batches of 16

    private static readonly Dictionary<string, Action<CnnTrainerOptions>> s_techniques = new()
    {
        ["average"] = o => (o.WeightAveraging, o.ValidationFraction) = (new() { FromShare = 0.4 }, 0.2),
        ["average of every other epoch"] = o => o.WeightAveraging = new() { FromShare = 0.4, EveryEpochs = 2, LearningRate = 0.02 },
        ["slow"] = o => (o.Lookahead, o.ValidationFraction) = (new() { Steps = 3 }, 0.2),
        ["slow, averaged"] = o => (o.Lookahead, o.ExponentialMovingAverage, o.GradientAccumulation) = (new() { Steps = 2 }, 0.8, 2),
        ["sharpness"] = o => (o.SharpnessAwareRadius, o.GradientClippingNorm) = (0.05, 1),
        ["centralized"] = o => (o.GradientCentralization, o.GradientAccumulation) = (true, 3),
        ["all"] = o => (o.SharpnessAwareRadius, o.GradientCentralization, o.WeightAveraging, o.ClassWeights, o.Optimizer, o.LearningRate) =
            (0.05, true, new() { FromShare = 0.4 }, ClassWeights.Balanced, Optimizer.AdamW, 0.01),
    };

    public static IEnumerable<object[]> Techniques => s_techniques.Keys.Select(name => new object[] { name });

    /// <summary>Protects interrupted trainings, wherever the interruption comes: the same weights to the bit. And every technique changes something.</summary>
    [TestMethod]
    [DynamicData(nameof(Techniques))]
    public void A_resumed_training_ends_as_an_undisturbed_one(string technique)
    {
        var folder = Directory.CreateTempSubdirectory("mlcnn-techniques").FullName;
        try
        {
            void Keep(CnnTrainerOptions o)
            {
                s_techniques[technique](o);
                o.Checkpoints = new() { Folder = folder, Resume = true, Every = TimeSpan.FromTicks(1) };
            }
            var undisturbed = Fit(s_techniques[technique]);
            Assert.AreNotEqual(Pipelines.Weights(Fit(_ => { })), Pipelines.Weights(undisturbed));
            var seed = Environment.TickCount;
            Console.WriteLine($"seed {seed}");
            var random = new Random(seed);
            for (var crashes = 0; crashes < 3; crashes++)
                Assert.ThrowsExactly<CrashException>(() => Fit(Keep, crashAt: random.Next(2, 5)));
            Assert.AreEqual(Pipelines.Weights(undisturbed), Pipelines.Weights(Fit(Keep)));
            Assert.AreEqual(Pipelines.Weights(undisturbed), Pipelines.Weights(Fit(Keep)), "a training that was over already");
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    /// <summary>Protects long trainings: no technique leaves a tensor behind a step.</summary>
    [TestMethod]
    [DynamicData(nameof(Techniques))]
    public void Steps_leave_no_tensor(string technique)
    {
        GC.Collect();
        GC.WaitForPendingFinalizers();
        var counts = new List<long>();
        Fit(o =>
        {
            s_techniques[technique](o);
            (o.Epochs, o.EpochCallback) = (8, _ => counts.Add(Tensor.TotalCount));
        });
        // The second epoch's count has all that is made once.
        Assert.IsTrue(counts.Skip(4).Zip(counts.Skip(5)).All(pair => pair.Second <= pair.First), $"live tensors after each epoch: {string.Join(", ", counts)}");
    }

    /// <summary>Protects Izmailov et al. 2018, algorithm 1: the returned weights are the mean of those at the ends of epochs 2 and 4 of five.</summary>
    [TestMethod]
    public void The_average_is_that_of_the_ends_of_epochs()
    {
        var model = Fit(o => (o.Epochs, o.WeightAveraging) = (5, new() { FromShare = 0.4, EveryEpochs = 2, LearningRate = 0.02 }));
        var network = (NormalizedNetwork)model.Scorer.Network;
        Assert.HasCount(20, network.BeforeSteps);
        var expected = network.BeforeSteps[8].Zip(network.BeforeSteps[16], (second, fourth) => (second + fourth) / 2);
        Assert.IsLessThan(1e-6f, expected.Zip(network.parameters().First().data<float>().ToArray(), (e, a) => Math.Abs(e - a)).Max());
        CollectionAssert.AreEqual((double[])[0.02, 0.02, 0.02], model.History.Skip(2).Select(epoch => epoch.LearningRate).ToArray());
        Assert.AreNotEqual(0.02, model.History[1].LearningRate);
    }

    /// <summary>Protects the choice of the best epoch: the average that was validated is returned, with its own statistics.</summary>
    [TestMethod]
    [DataRow("average")]
    [DataRow("slow")]
    public void What_is_validated_is_returned(string technique)
    {
        var keys = s_mlContext.Transforms.Conversion.MapValueToKey("Label").Fit(s_digits);
        var validation = keys.Transform(s_mlContext.Data.GenerateDigits(100, seed: 2));
        var model = Fit(o =>
        {
            s_techniques[technique](o);
            (o.ValidationFraction, o.ValidationSet, o.Epochs) = (null, validation, 5);
        });
        var metrics = s_mlContext.MulticlassClassification.Evaluate(model.Transform(validation));
        var best = model.History.Last(epoch => epoch.IsBest);
        Assert.AreEqual(best.ValidationAccuracy!.Value, metrics.MicroAccuracy, 1e-9);
        Assert.AreEqual(best.ValidationLoss!.Value, metrics.LogLoss, 1e-4);
    }

    /// <summary>
    /// Protects the second pass: with almost no way up, training is what it is without. So dropout draws the same twice, running statistics move once, and the
    /// weights come back.
    /// </summary>
    [TestMethod]
    public void A_way_up_of_almost_nothing_changes_almost_nothing()
    {
        using var scope = NewDisposeScope();
        var (without, with) = (State(Fit(_ => { })), State(Fit(o => o.SharpnessAwareRadius = 1e-9)));
        foreach (var (name, value) in without)
            Assert.IsTrue(with[name].to(float64).allclose(value.to(float64), 1e-4, 1e-5), name);
    }

    /// <summary>Protects rates by layer: an interrupted training goes on with them, and a network without stages is refused by name.</summary>
    [TestMethod]
    public void Layers_learn_at_rates_of_their_own()
    {
        var folder = Directory.CreateTempSubdirectory("mlcnn-layers").FullName;
        try
        {
            CnnTransformer Train(double decay, Action<LeNetOptions> change) => s_mlContext.FitLeNet(s_digits, Pipelines.Options(epochs: 3, o =>
            {
                (o.LayerRateDecay, o.BatchSize, o.Seed, o.WeightDecay) = (decay, 16, 5, 0);
                change(o);
            })).LastTransformer;
            var undisturbed = Train(0.5, _ => { });
            Assert.ThrowsExactly<CrashException>(() => Train(0.5, o => (o.Checkpoints, o.EpochCallback) = (new() { Folder = folder }, e =>
            {
                if (e.Epoch == 2)
                    throw new CrashException();
            }
            )));
            Assert.AreEqual(Pipelines.Weights(undisturbed), Pipelines.Weights(Train(0.5, o => o.Checkpoints = new() { Folder = folder, Resume = true })));
            Assert.AreEqual(Pipelines.Weights(Train(1, _ => { })), Pipelines.Weights(Train(1, o => o.LayerRateDecay = null)), "a decay of 1 is none");
            var error = Assert.Throws<ArgumentOutOfRangeException>(() => Fit(o => o.LayerRateDecay = 0.5));
            Assert.StartsWith("LayerRateDecay must be null for a network of your own", error.Message);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static Dictionary<string, Tensor> State(CnnTransformer model) => model.Scorer.Network.state_dict();

    private static CnnTransformer Fit(Action<CnnTrainerOptions> change, int crashAt = int.MaxValue) =>
        s_mlContext.FitOwn(s_digits, (channels, classes) => new NormalizedNetwork(channels, classes, isTorchSharps: false, crashAt), o =>
        {
            (o.Epochs, o.BatchSize, o.LearningRate, o.Seed, o.NetworkThreads) = (4, 16, 0.05, 3, 1);
            change(o);
        });
}
