using Microsoft.ML;
using Ml.Cnn.Trainers.Architectures;
using Ml.Cnn.Transforms;
using MlCnn.Testing;
using TorchSharp;
using static TorchSharp.torch;

namespace Ml.Cnn.Trainers.Tests.Training;

/// <summary>Trainings whose first layer is set up by training images, and whose stages are frozen again: CIFAR's speed network and its recipe.</summary>
[TestClass]
public sealed class ImageInitializationTests
{
    private const int Size = 12;

    private static readonly MLContext s_mlContext = new(seed: 1);
    private static readonly IDataView s_digits = s_mlContext.Data.GenerateDigits(64); // four batches of 16

    /// <summary>Protects interrupted trainings with all of the recipe, wherever the interruption comes: the same weights to the bit.</summary>
    [TestMethod]
    public void A_resumed_training_ends_as_an_undisturbed_one()
    {
        var folder = Directory.CreateTempSubdirectory("mlcnn-cifar-speed").FullName;
        try
        {
            var undisturbed = Fit(_ => { });
            Assert.AreEqual(Pipelines.Weights(undisturbed), Pipelines.Weights(Fit(_ => { })), "a training repeats");
            foreach (var crashAt in (long[])[1, 6, 13]) // before the first slow step, in the second epoch, and with the first stage frozen
            {
                Assert.ThrowsExactly<CrashException>(() => Fit(o => (o.Checkpoints, o.StepCallback) = (Checkpoints(), step =>
                {
                    if (step.Step == crashAt)
                        throw new CrashException();
                }
                )));
            }
            Assert.AreEqual(Pipelines.Weights(undisturbed), Pipelines.Weights(Fit(o => o.Checkpoints = Checkpoints())));
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }

        CheckpointOptions Checkpoints() => new() { Folder = folder, Resume = true, Every = TimeSpan.FromTicks(1) };
    }

    /// <summary>Protects models: a loaded one scores as the trained one did, to the bit, and knows the network with its frozen filters.</summary>
    [TestMethod]
    public void A_saved_model_scores_as_the_trained_one()
    {
        var model = Fit(_ => { });
        var scores = Pipelines.Scores(model.Transform(s_digits));
        using var loaded = (CnnTransformer)Pipelines.Load(s_mlContext.Save(model, s_digits.Schema));
        Pipelines.AssertSame(scores, Pipelines.Scores(loaded.Transform(s_digits)));
        Assert.AreEqual(Pipelines.Weights(model), Pipelines.Weights(loaded));
    }

    /// <summary>
    /// Protects what is frozen: whitening filters and weights of norms stay what they were, the first stage moves in its epochs and no longer, whatever other
    /// stages do.
    /// </summary>
    [TestMethod]
    public void Frozen_weights_stay()
    {
        using var scope = NewDisposeScope();
        using var noGradient = no_grad();
        Dictionary<string, Tensor> After(int epochs, params int[] stages) =>
            State(Fit(o => (o.Epochs, o.Schedule, o.StageEpochs, o.Lookahead) = (epochs, LearningRateSchedule.Constant, stages, null)));
        var (two, four, unfrozen) = (After(2, 2, 3), After(4, 2, 3), After(4));
        Assert.IsTrue(two["whiten.bias"].equal(four["whiten.bias"]).all().item<bool>(), "two epochs are all that the first stage has");
        Assert.IsFalse(two["whiten.bias"].equal(unfrozen["whiten.bias"]).all().item<bool>());
        foreach (var name in (string[])["block1.conv1.weight", "block3.norm2.bias", "head.weight"])
            Assert.IsFalse(two[name].equal(four[name]).all().item<bool>(), name);
        foreach (var state in (Dictionary<string, Tensor>[])[two, four, unfrozen])
        {
            Assert.IsTrue(state["whiten.weight"].equal(two["whiten.weight"]).all().item<bool>());
            Assert.IsTrue(state["block2.norm1.weight"].equal(ones(256)).all().item<bool>());
        }
        Assert.Contains("at most one number of epochs for each of the 5 stages",
            Assert.Throws<ArgumentOutOfRangeException>(() => After(1, 1, 1, 1, 1, 1, 1)).Message);
    }

    /// <summary>Protects the seam for networks of a user's own: called once, with what was asked for, and not where weights are given.</summary>
    [TestMethod]
    public void A_network_of_one_s_own_is_set_up_by_images()
    {
        var calls = new List<(string Shape, double Mean)>();
        var architecture = new Architecture("own_speed", Linear)
        {
            ImageSize = Size,
            Channels = 1,
            Normalization = new([0.5f], [0.5f]),
            ImageInitialization = new(images: 40, (network, images) =>
            {
                calls.Add((string.Join("×", images.shape), images.mean().ToDouble()));
                network.parameters().First().fill_(0.25f);
            }),
        };
        CnnTransformer Train(Action<CnnOptions> change)
        {
            var options = new CnnOptions
            {
                FeatureColumnName = "Image",
                Epochs = 1,
                BatchSize = 16,
                LearningRate = 1e-12,
                ImageSize = Size,
                Seed = 1,
                Augmentation = new([new RandomErasing(probability: 1)]),
            };
            change(options);
            return s_mlContext.Transforms.Conversion.MapValueToKey("Label")
                .Append(s_mlContext.MulticlassClassification.Trainers.Cnn(architecture, options)).Fit(s_digits).LastTransformer;
        }
        var model = Train(_ => { });
        Assert.AreEqual($"40×1×{Size}×{Size}", Assert.ContainsSingle(calls).Shape);
        Assert.IsTrue(model.Scorer.Network.parameters().First().detach().sub(0.25f).abs().max().ToDouble() < 1e-6);
        Train(o => o.Cache = ImageCache.Memory);
        Assert.HasCount(2, calls);
        Assert.AreEqual(calls[0].Mean, calls[1].Mean, 0.02, "images as they are, whatever the source: erasing would show");
        Train(o => o.Weights = InitialWeights.From(model));
        Assert.HasCount(2, calls, "weights that are given stay");
    }

    /// <summary>Section 3.2, seen on a thousand photos: from whitened patches, eight epochs come further than from a first layer as it was drawn.</summary>
    [TestMethod]
    [LongTest]
    public void Whitening_lowers_the_loss()
    {
        var archive = SharedData.Require("data/cifar10-jpg.tar.gz");
        var all = s_mlContext.Data.TrainTestSplitByClass(s_mlContext.Data.LoadImageArchive(archive, "test"), testFraction: 0.1, seed: 1).TestSet;
        double Loss(bool isWhitened)
        {
            var architecture = isWhitened ? CifarSpeed.Create() : CifarSpeed.Create() with { ImageInitialization = null };
            var options = TrainingPreset.ApplyOwn(architecture, new CnnOptions { FeatureColumnName = "Image", Epochs = 8, ImageSize = 16, Seed = 1 });
            (options.BatchSize, options.NetworkThreads, options.Augmentation, options.Cache) = (50, 1, ImageAugmentation.None, ImageCache.Memory);
            return s_mlContext.Transforms.Conversion.MapValueToKey("Label").Append(s_mlContext.MulticlassClassification.Trainers.Cnn(architecture, options))
                .Fit(all).LastTransformer.History[^1].Loss;
        }
        var (drawn, whitened) = (Loss(false), Loss(true));
        Console.WriteLine($"loss {drawn:0.000} from a drawn first layer, {whitened:0.000} from a whitening one");
        Assert.IsLessThan(0.99 * drawn, whitened);
    }

    private static nn.Module<Tensor, Tensor> Linear(NetworkShape shape) =>
        nn.Sequential(("flatten", nn.Flatten()), ("linear", nn.Linear(shape.Channels * shape.Height * shape.Width, shape.Classes)));

    private static Dictionary<string, Tensor> State(CnnTransformer model) => model.Scorer.Network.state_dict();

    private static CnnTransformer Fit(Action<CifarSpeedOptions> change)
    {
        var options = new CifarSpeedOptions { FeatureColumnName = "Image", Epochs = 5, BatchSize = 16, LearningRate = 0.05, ImageSize = Size, Seed = 3 };
        options.NetworkThreads = 1;
        change(options);
        return s_mlContext.Transforms.Conversion.MapValueToKey("Label").Append(s_mlContext.MulticlassClassification.Trainers.CifarSpeed(options))
            .Fit(s_digits).LastTransformer;
    }
}
