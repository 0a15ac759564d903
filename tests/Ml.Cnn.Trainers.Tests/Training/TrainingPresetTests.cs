using Ml.Cnn.Transforms;

namespace Ml.Cnn.Trainers.Tests.Training;

/// <summary>The papers' recipes, number by number.</summary>
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

    [TestMethod]
    public void An_unknown_preset_is_told_the_known_ones() =>
        Assert.Contains("resnet110-cifar", Assert.ThrowsExactly<ArgumentException>(() => TrainingPreset.Find("resnet")).Message);
}
