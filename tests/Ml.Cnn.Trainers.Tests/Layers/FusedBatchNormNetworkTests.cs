using Ml.Cnn.Trainers.Architectures;
using Ml.Cnn.Trainers.Execution;
using Ml.Cnn.Trainers.Layers;
using Ml.Cnn.Trainers.Training.Optimization;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Ml.Cnn.Trainers.Tests.Layers;

/// <summary>Networks learn the same with batch normalization and activation as one operation as with libtorch's.</summary>
[TestClass]
public sealed class FusedBatchNormNetworkTests
{
    private const int Steps = 6;

    /// <summary>
    /// Protects the places where networks call the two as one: the losses of some steps of training follow each other, and twice the same training is the same
    /// to the bit.
    /// </summary>
    [TestMethod]
    [DataRow("resnet18", null)]
    [DataRow("resnet18", ScalarType.BFloat16)]
    [DataRow("mobilenet_v2", null)]
    [DataRow("densenet40_cifar", null)]
    public void Losses_follow_those_of_libtorch_s_operations(string architecture, ScalarType? type)
    {
        var theirs = Losses(architecture, type, kernels: false);
        var ours = Losses(architecture, type, kernels: true);
        Console.WriteLine($"{string.Join(" ", theirs)}\n{string.Join(" ", ours)}");
        CollectionAssert.AreEqual(ours, Losses(architecture, type, kernels: true), "repeated");
        CollectionAssert.AreNotEqual(theirs, ours, "the kernels were not used");
        var tolerance = type is null ? 2e-3 : 0.05;
        for (var step = 0; step < Steps; step++)
            Assert.AreEqual(theirs[step], ours[step], tolerance * (step + 1) / Steps + 1e-4, $"step {step}");
    }

    private static double[] Losses(string architecture, ScalarType? type, bool kernels)
    {
        using var scope = NewDisposeScope();
        random.manual_seed(6);
        var shape = new NetworkShape(3, 32, 32, 5);
        var network = ArchitectureCatalog.Find(architecture).Build(shape);
        network = new ExecutionPlan(CPU, NetworkCost.Of(network, shape), ChannelsLast: true, type).Prepare(network);
        network.train();
        foreach (var norm in network.modules().OfType<BatchNorm2d>())
            norm.UsesKernels = kernels;
        using var optimizer = new Sgd([new([.. network.parameters()], RateFactor: 1, WeightDecay: 1e-4)], momentum: 0.9, nesterov: false);
        var images = randn(16, 32, 32, 3).permute(0, 3, 1, 2);
        var labels = randint(5, 16);
        return [.. Enumerable.Range(0, Steps).Select(_ =>
        {
            using var step = NewDisposeScope();
            optimizer.ZeroGradients();
            var loss = functional.cross_entropy(network.forward(images).to(float32), labels);
            loss.backward();
            optimizer.Step(0.01);
            return loss.item<float>();
        })];
    }
}
