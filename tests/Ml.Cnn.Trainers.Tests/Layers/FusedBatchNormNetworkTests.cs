using Ml.Cnn.Trainers.Architectures;
using Ml.Cnn.Trainers.Execution;
using Ml.Cnn.Trainers.Layers;
using Ml.Cnn.Trainers.Training.Optimization;
using TorchSharp;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Ml.Cnn.Trainers.Tests.Layers;

/// <summary>Networks learn the same with batch normalization and activation as one operation as with libtorch's.</summary>
[TestClass]
public sealed class FusedBatchNormNetworkTests
{
    private const int Steps = 4;
    private const double RateOfSmallSteps = 1e-3; // so that the first differences of rounding do not grow before the last step

    /// <summary>
    /// Protects training: the losses of some steps follow each other, and twice the same training is the same to the bit. Of networks with more layers than
    /// this one, float32 itself leads two trainings apart in three steps.
    /// </summary>
    [TestMethod]
    [DataRow(null)]
    [DataRow(ScalarType.BFloat16)]
    public void Losses_follow_those_of_libtorch_s_operations(ScalarType? type)
    {
        const string architecture = "resnet18";
        var theirs = Losses(architecture, type, kernels: false);
        var ours = Losses(architecture, type, kernels: true);
        Console.WriteLine($"{string.Join(" ", theirs)}\n{string.Join(" ", ours)}");
        CollectionAssert.AreEqual(ours, Losses(architecture, type, kernels: true), "repeated");
        CollectionAssert.AreNotEqual(theirs, ours, "the kernels were not used");
        var tolerance = type is null ? 1e-3 : 0.03;
        for (var step = 0; step < Steps; step++)
            Assert.AreEqual(theirs[step], ours[step], tolerance, $"step {step}");
    }

    /// <summary>
    /// Protects the places where networks call the two as one: a norm, an addend or an activation that is not the right one changes the gradients as a whole.
    /// float32 itself, by libtorch or not, is up to 1 % from float64: some activations fall on the other side of 0, which of them is chance.
    /// </summary>
    [TestMethod]
    [DataRow("resnet18", 64)]
    [DataRow("mobilenet_v2", 64)]
    [DataRow("densenet121", 64)]
    public void Gradients_of_networks_are_those_of_float64(string architecture, int size)
    {
        using var scope = NewDisposeScope();
        var exact = Gradients(architecture, size, float64, kernels: false);
        var (theirs, ours) = (Gradients(architecture, size, float32, kernels: false), Gradients(architecture, size, float32, kernels: true));
        Console.WriteLine($"ours {Distance(ours, exact)}, libtorch's {Distance(theirs, exact)}");
        Assert.IsFalse(ours.equal(theirs).all().item<bool>(), "the kernels were not used");
        Assert.IsLessThan(0.03, Distance(ours, exact));

        static double Distance(Tensor one, Tensor exact) => ((one.to(float64) - exact).norm() / exact.norm()).item<double>();
    }

    private static Tensor Gradients(string architecture, int size, ScalarType type, bool kernels)
    {
        random.manual_seed(7);
        var shape = new NetworkShape(3, size, size, 5);
        var network = Network(architecture, shape, computeType: null, kernels);
        var images = randn(16, size, size, 3).permute(0, 3, 1, 2);
        var labels = randint(5, 16);
        foreach (var dropout in network.modules().Where(module => module.GetName() == LayerKinds.Dropout))
            dropout.eval();
        if (type == float64)
            network.to(float64);
        functional.cross_entropy(network.forward(images.to(type)), labels).backward();
        return cat([.. network.parameters().Select(parameter => parameter.grad!.flatten())]);
    }

    private static Module<Tensor, Tensor> Network(string architecture, NetworkShape shape, ScalarType? computeType, bool kernels)
    {
        var network = ArchitectureCatalog.Find(architecture).Build(shape);
        network = new ExecutionPlan(CPU, NetworkCost.Of(network, shape), ChannelsLast: true, computeType).Prepare(network);
        network.train();
        foreach (var norm in network.modules().OfType<BatchNorm2d>())
            norm.UsesKernels = kernels;
        return network;
    }

    private static double[] Losses(string architecture, ScalarType? type, bool kernels)
    {
        using var scope = NewDisposeScope();
        random.manual_seed(6);
        var shape = new NetworkShape(3, 64, 64, 5);
        var network = Network(architecture, shape, type, kernels);
        using var optimizer = new Sgd([new([.. network.parameters()], RateFactor: 1, WeightDecay: 1e-4)], momentum: 0.9, nesterov: false);
        var images = randn(16, 64, 64, 3).permute(0, 3, 1, 2);
        var labels = randint(5, 16);
        return [.. Enumerable.Range(0, Steps).Select(_ =>
        {
            using var step = NewDisposeScope();
            optimizer.ZeroGradients();
            var loss = functional.cross_entropy(network.forward(images).to(float32), labels);
            loss.backward();
            optimizer.Step(RateOfSmallSteps);
            return loss.item<float>();
        })];
    }
}
