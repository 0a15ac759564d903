using Ml.Cnn.Trainers.Architectures;
using Ml.Cnn.Trainers.Execution;
using Ml.Cnn.Trainers.Layers;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Ml.Cnn.Trainers.Tests.Layers;

/// <summary>Gradients that cast weights write straight into their buffers are the gradients of autograd alone, bit for bit.</summary>
[TestClass]
public sealed class GradientBufferTests
{
    [TestMethod]
    [DataRow("resnet18")]
    [DataRow("mobilenet_v2")]
    [DataRow("squeezenet1_1")]
    public void The_gradients_of_a_network_in_bfloat16_are_the_same(string architecture)
    {
        using var scope = NewDisposeScope();
        random.manual_seed(1);
        var shape = new NetworkShape(3, 64, 64, 5);
        var plan = new ExecutionPlan(CPU, NetworkCost.Of(ArchitectureCatalog.Find(architecture).Build(shape), shape), ChannelsLast: true, ScalarType.BFloat16);
        using var network = plan.Prepare(ArchitectureCatalog.Find(architecture).Build(shape));
        network.eval(); // without dropout, and with batch norm's statistics as they are
        var images = rand(3, 64, 64, 3).permute(0, 3, 1, 2);
        var parameters = network.named_parameters().ToArray();

        Backward();
        var expected = parameters.Select(p => p.parameter.grad!.clone()).ToArray();
        network.zero_grad();
        var buffers = parameters.Select(p => new GradientBuffer(p.parameter)).ToArray();
        Assert.IsTrue(parameters.All(p => GradientBuffer.Of(p.parameter) is not null), "a layer looks for the buffer by its own weight");
        for (var step = 1; step <= 3; step++) // memory is new in the first one, and used again in those after it
        {
            foreach (var buffer in buffers)
                buffer.Clear();
            Assert.IsTrue(parameters.All(p => p.parameter.dim() != 4 || p.parameter.grad is null), "what is written first is added to nothing");
            Backward();
            foreach (var ((name, parameter), gradient) in parameters.Zip(expected))
                Assert.IsTrue(parameter.grad!.equal(gradient).all().item<bool>(), $"{name}, step {step}");
        }
        Backward();
        foreach (var ((name, parameter), gradient) in parameters.Zip(expected))
            Assert.IsTrue(parameter.grad!.equal(gradient * 2).all().item<bool>(), $"{name}: the sum of two batches");
        foreach (var buffer in buffers)
            buffer.Dispose();
        Assert.IsTrue(parameters.All(p => GradientBuffer.Of(p.parameter) is null));

        void Backward() => functional.cross_entropy(network.forward(images).to(float32), tensor([0L, 3, 4])).backward();
    }

    /// <summary>Protects users' networks, which may do with a weight what they like: both ways to a gradient add up, whichever comes first.</summary>
    [TestMethod]
    [DataRow(true)]
    [DataRow(false)]
    public void A_weight_used_twice_and_in_another_way_gets_the_whole_gradient(bool penaltyFirst)
    {
        using var scope = NewDisposeScope();
        random.manual_seed(2);
        var layer = new Linear(6, 6);
        ((IComputesIn)layer).ComputeType = ScalarType.BFloat16;
        var rows = rand(4, 6);

        Loss().backward();
        var expected = layer.Weight.grad!.clone();
        layer.Weight.grad = null;
        using var buffer = new GradientBuffer(layer.Weight);
        for (var step = 0; step < 3; step++)
        {
            buffer.Clear();
            Loss().backward();
            Assert.IsTrue(layer.Weight.grad!.allclose(expected, 1e-6, 1e-7), $"step {step}");
        }

        Tensor Loss()
        {
            var (output, penalty) = (layer.forward(layer.forward(rows)).to(float32).square().mean(), layer.Weight.square().sum());
            return penaltyFirst ? penalty + output : output + penalty;
        }
    }

    /// <summary>Protects momentum: a step that does not reach a weight moves it all the same, as it does after training is taken up again.</summary>
    [TestMethod]
    public void A_step_that_does_not_reach_a_weight_leaves_a_gradient_of_zeros()
    {
        using var scope = NewDisposeScope();
        var layer = new Linear(2, 2);
        ((IComputesIn)layer).ComputeType = ScalarType.BFloat16;
        using var buffer = new GradientBuffer(layer.Weight);
        Assert.IsNull(buffer.Gradient);
        layer.forward(ones(1, 2)).sum().backward();
        Assert.IsTrue(buffer.Gradient!.ne(0).all().item<bool>());
        buffer.Clear();
        Assert.IsTrue(buffer.Gradient!.eq(0).all().item<bool>());

        // As a checkpoint leaves it: a gradient of zeros that no layer has written.
        layer.Weight.grad = zeros_like(layer.Weight);
        using var resumed = new GradientBuffer(layer.Weight);
        for (var step = 0; step < 2; step++)
        {
            resumed.Clear();
            layer.forward(ones(1, 2)).sum().backward();
            Assert.IsTrue(resumed.Gradient!.allclose(ones(2, 2), 0, 0), $"step {step}");
        }
    }

    [TestMethod]
    public void A_frozen_weight_and_one_that_nobody_trains_have_no_part_in_it()
    {
        using var scope = NewDisposeScope();
        var layer = new Linear(2, 2);
        ((IComputesIn)layer).ComputeType = ScalarType.BFloat16;
        var direction = ones(1, 2, dtype: ScalarType.BFloat16);
        Assert.IsTrue(autograd.grad([layer.forward(ones(1, 2))], [layer.Weight], [direction])[0].allclose(ones(2, 2), 0, 0), "autograd alone");

        using var buffer = new GradientBuffer(layer.Weight);
        layer.Weight.requires_grad = false;
        layer.forward(ones(1, 2, requires_grad: true)).sum().backward();
        Assert.IsNull(buffer.Gradient);
    }
}
