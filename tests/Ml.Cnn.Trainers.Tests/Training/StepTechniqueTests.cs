using Ml.Cnn.Trainers.Architectures;
using Ml.Cnn.Trainers.Training.Optimization;
using Ml.Cnn.Trainers.Training.Steps;
using Ml.Cnn.Trainers.Transfer;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Ml.Cnn.Trainers.Tests.Training;

/// <summary>What stands around a step of the optimizer, by numbers computed by hand.</summary>
[TestClass]
public sealed class StepTechniqueTests
{
    /// <summary>Protects Yong et al. 2020, equation 1: the mean over each output's inputs goes, and biases keep their gradient.</summary>
    [TestMethod]
    public void Gradients_are_centralized_for_each_output()
    {
        using var scope = NewDisposeScope();
        Parameter[] parameters = [new(zeros(2, 3)), new(zeros(2)), new(zeros(2, 1, 1, 2)), new(zeros(1, 2), requires_grad: false)];
        parameters[0].grad = tensor((float[])[1, 2, 6, -1, 0, 4]).reshape(2, 3);
        parameters[1].grad = tensor((float[])[5, 7]);
        parameters[2].grad = tensor((float[])[2, 4, 1, -3]).reshape(2, 1, 1, 2);
        GradientCentralization.Apply(parameters);
        CollectionAssert.AreEqual((float[])[-2, -1, 3, -2, -1, 3], parameters[0].grad!.data<float>().ToArray());
        CollectionAssert.AreEqual((float[])[5, 7], parameters[1].grad!.data<float>().ToArray());
        CollectionAssert.AreEqual((float[])[-1, 1, 2, -2], parameters[2].grad!.data<float>().ToArray());
    }

    /// <summary>Protects Zhang et al. 2019, algorithm 1: k steps of the optimizer, then half of the way.</summary>
    [TestMethod]
    public void Slow_weights_follow_every_k_steps_and_lead()
    {
        using var scope = NewDisposeScope();
        var weight = new Parameter(tensor((float[])[8]));
        using var update = Update(weight, rate: out var rate, slow: new SlowWeights(new OneParameter(weight), new() { Steps = 2, StepSize = 0.25 }));
        // The gradient of w is 1 and the rate 1: 8, 7, 6 → 8 + (6 − 8) / 4 = 7.5; 6.5, 5.5 → 7.5 + (5.5 − 7.5) / 4 = 7
        foreach (var expected in (float[])[7, 7.5f, 6.5f, 7])
        {
            update.Begin();
            update.Add(weight.sum(), () => ones(1), rate);
            Assert.AreEqual(expected, weight.item<float>());
        }
    }

    /// <summary>Protects Foret et al. 2020, algorithm 1, on a quadratic: the weights move by the gradient up the hill, from where they were.</summary>
    [TestMethod]
    public void The_gradient_is_taken_up_the_hill()
    {
        using var scope = NewDisposeScope();
        var weight = new Parameter(tensor((float[])[2, 1]));
        var network = nn.Sequential();
        using var update = Update(weight, rate: out _, ascent: new SharpnessAscent(network, radius: 0.5));
        update.Begin();
        update.Add(Loss(), () => ones(1), learningRate: 0.1, Loss);
        // The gradient of (w₁² + 3w₂²) / 2 at (2, 1) is (2, 3), of length √13; that at w + 0.5 · (2, 3) / √13 moves w.
        var length = Math.Sqrt(13);
        Assert.AreEqual(2 - 0.1 * (2 + 0.5 * 2 / length), weight.data<float>()[0], 1e-6);
        Assert.AreEqual(1 - 0.1 * 3 * (1 + 0.5 * 3 / length), weight.data<float>()[1], 1e-6);

        Tensor Loss() => (weight * weight * tensor((float[])[1, 3])).sum() / 2;
    }

    /// <summary>Protects the layers against timm's layer_decay: a ResNet-18 has the stem, eight blocks and the head, ten in all.</summary>
    [TestMethod]
    public void Rates_fall_by_blocks_from_the_head_on()
    {
        using var scope = NewDisposeScope();
        var architecture = ArchitectureCatalog.Find("resnet18");
        string[] names = [.. architecture.BuildWithoutWeights(new(3, 224, 224, 10)).named_parameters().Select(p => p.name)];
        var factors = LayerDepths.Factors(architecture, names, 0.5);
        foreach (var (name, layer) in ((string, int)[])[("conv1.weight", 0), ("bn1.bias", 0), ("layer1.0.conv1.weight", 1), ("layer1.1.bn2.weight", 2),
            ("layer2.0.downsample.0.weight", 3), ("layer3.1.conv2.weight", 6), ("layer4.0.conv1.weight", 7), ("layer4.1.bn2.bias", 8), ("fc.weight", 9),
            ("fc.bias", 9)])
            Assert.AreEqual(Math.Pow(0.5, 9 - layer), factors[name], 1e-12, name);
    }

    /// <summary>Protects every network of the library: the head learns at the rate itself, and the input's layer slowest.</summary>
    [TestMethod]
    public void Every_network_has_layers()
    {
        foreach (var name in (string[])["lenet5", "alexnet", "vgg11_bn", "googlenet", "densenet121", "mobilenet_v2", "efficientnet_b0", "convnext_tiny",
            "regnet_y_400mf", "resnet20_cifar"])
        {
            using var scope = NewDisposeScope();
            var architecture = ArchitectureCatalog.Find(name);
            var size = architecture.ImageSize;
            string[] names = [.. architecture.BuildWithoutWeights(new(architecture.Channels, size, size, 10)).named_parameters().Select(p => p.name)];
            var factors = LayerDepths.Factors(architecture, names, 0.9);
            Assert.AreEqual(1, factors[names.Last(n => architecture.IsHead(n) && !architecture.IsAuxiliaryHead(n))], name);
            Assert.AreEqual(factors.Values.Min(), factors[names[0]], name);
            Assert.IsGreaterThan(3, factors.Values.Distinct().Count(), name);
        }
    }

    /// <summary>Protects the rate of the epochs that are averaged: the schedule's where the first weights are taken, or the given one.</summary>
    [TestMethod]
    public void Averaged_epochs_have_one_rate()
    {
        var schedule = LearningRateSchedule.Linear;
        var averaging = new StochasticWeightAveraging { FromShare = 0.7 }; // of 8 epochs: 5.6, so after 6
        var (kept, given) = (new LearningRates(schedule, 1, 8, averaging), new LearningRates(schedule, 1, 8, new() { FromShare = 0.7, LearningRate = 0.4 }));
        Assert.AreEqual(schedule.Factor(5.9, 8), kept.At(5.9));
        Assert.AreEqual(schedule.Factor(6, 8), kept.At(6));
        Assert.AreEqual(schedule.Factor(6, 8), kept.At(7.5));
        Assert.AreEqual(schedule.Factor(5.9, 8), given.At(5.9));
        Assert.AreEqual(0.4, given.At(7.5));
    }

    private static GradientUpdate Update(Parameter weight, out double rate, SharpnessAscent? ascent = null, SlowWeights? slow = null)
    {
        rate = 1;
        var optimizer = new Sgd([new([weight], 1, 0)], momentum: 0, nesterov: false);
        return new(optimizer, clipping: null, accumulation: 1, batchWeight: 1, average: null, scaling: null, ascent: ascent, slow: slow);
    }

    private sealed class OneParameter : nn.Module
    {
        public OneParameter(Parameter weight) : base(nameof(OneParameter)) => register_parameter("weight", weight);
    }
}
