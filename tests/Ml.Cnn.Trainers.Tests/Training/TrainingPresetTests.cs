using Microsoft.ML;
using Ml.Cnn.Transforms;

namespace Ml.Cnn.Trainers.Tests.Training;

/// <summary>The papers' recipes, number by number, and those for a purpose.</summary>
[TestClass]
public sealed class TrainingPresetTests
{
    [TestMethod]
    [DataRow("alexnet", 128, 0.01, 5e-4, false, "plateau:0.1,5,0.0001", "alexnet")]
    [DataRow("vgg", 256, 0.01, 5e-4, false, "plateau:0.1,5,0.0001", "vgg")]
    [DataRow("resnet-imagenet", 256, 0.1, 1e-4, false, "plateau:0.1,5,0.0001", "vgg")]
    [DataRow("resnet-cifar", 128, 0.1, 1e-4, false, "drops:0.5,0.75,0.1", "cifar")]
    [DataRow("resnet110-cifar", 128, 0.1, 1e-4, false, "drops:0.5,0.75,0.1+warmup-constant:0.625%,0.1", "cifar")]
    [DataRow("densenet-imagenet", 256, 0.1, 1e-4, true, "drops:0.3333333333333333,0.6666666666666666,0.1", "inception")]
    [DataRow("densenet-cifar", 64, 0.1, 1e-4, true, "drops:0.5,0.75,0.1", "cifar")]
    [DataRow("modern", 128, 0.0625, 2e-5, false, "cosine+warmup:0.8333333333333334%,0.01", "trivial")]
    public void A_preset_sets_what_its_paper_states(string name, int batchSize, double rate, double decay, bool nesterov, string schedule, string augmentation)
    {
        // Whatever stood there before: a recipe is whole.
        var options = TrainingPreset.Find(name.ToUpperInvariant())
            .Apply(new LeNetOptions { Epochs = 7, Optimizer = Optimizer.Adam, Momentum = 0.5, Nesterov = false });
        Assert.AreEqual(name, TrainingPreset.Find(name).ToString());
        Assert.AreEqual(7, options.Epochs);
        Assert.AreEqual((Optimizer.Sgd, 0.9, nesterov), (options.Optimizer, options.Momentum, options.Nesterov));
        Assert.AreEqual((batchSize, rate, decay), (options.BatchSize, options.LearningRate, options.WeightDecay));
        Assert.AreEqual(schedule, options.Schedule!.ToString());
        var isModern = name == "modern";
        Assert.AreEqual(ImageAugmentation.Preset(augmentation).With(isModern ? new MixupOrCutMix(0.2, 1) : null), options.Augmentation);
        Assert.AreEqual((isModern ? 0.1 : 0, isModern ? 0.999 : null, !isModern),
            (options.LabelSmoothing, options.ExponentialMovingAverage, options.DecayBiasesAndNorms));
        OptionsValidation.Check(options);
    }

    /// <summary>ResNet-110 on CIFAR-10, 64,000 iterations in 164 epochs of 391: 0.01 for 400, then 0.1, 0.01 from 32,000 and 0.001 from 48,000.</summary>
    [TestMethod]
    [DataRow(0, 0.01)]
    [DataRow(399, 0.01)]
    [DataRow(401, 0.1)]
    [DataRow(31_999, 0.1)]
    [DataRow(32_001, 0.01)]
    [DataRow(48_001, 0.001)]
    [DataRow(63_999, 0.001)]
    public void ResNet_110_s_rate_is_the_paper_s_at_every_iteration(int iteration, double rate)
    {
        var options = TrainingPreset.Find("resnet110-cifar").Apply(new CnnOptions());
        Assert.AreEqual(rate, options.LearningRate!.Value * options.Schedule!.Factor(iteration / 64_000.0 * 164, 164), 1e-12);
    }

    /// <summary>Protects recipes that follow the data: batch, rate and epochs stay open, whatever stood there; other optimizers' options are gone.</summary>
    [TestMethod]
    [DataRow("quick", Optimizer.Sgd, 1e-4, 500)]
    [DataRow("strong", Optimizer.Lamb, 0.02, 6000)]
    [DataRow("small-data", Optimizer.Sgd, 5e-3, 6000)]
    [DataRow("transfer", Optimizer.Sgd, 0.0, 500)]
    public void A_preset_for_a_purpose_leaves_the_data_to_decide(string name, Optimizer optimizer, double decay, int steps)
    {
        var options = TrainingPreset.Find(name).Apply(new ResNetOptions { Optimizer = Optimizer.RmsProp, Alpha = 0.5, BatchSize = 3, LearningRate = 0.7 });
        Assert.AreEqual((optimizer, decay, steps), (options.Optimizer, options.WeightDecay, options.Steps));
        Assert.AreEqual((null, null, null), (options.BatchSize, options.LearningRate, options.Epochs));
        OptionsValidation.Check(options);
    }

    /// <summary>Protects the length of a training that steps are asked of: whole epochs, one at least, and epochs where both are given.</summary>
    [TestMethod]
    [DataRow(100, null, 25)] // 50 images are 4 steps of 16
    [DataRow(3, null, 1)]
    [DataRow(100, 2, 2)]
    public void Epochs_follow_from_steps(int steps, int? epochs, int expected)
    {
        var mlContext = new MLContext(seed: 1);
        var model = mlContext.FitLeNet(mlContext.Data.GenerateDigits(50), new LeNetOptions { FeatureColumnName = "Image", Steps = steps, Epochs = epochs })
            .LastTransformer;
        Assert.HasCount(expected, model.History);
        Assert.AreEqual(4, model.History[0].Steps);
    }

    [TestMethod]
    public void An_unknown_preset_is_told_the_known_ones() =>
        Assert.Contains("resnet110-cifar", Assert.ThrowsExactly<ArgumentException>(() => TrainingPreset.Find("resnet")).Message);
}
