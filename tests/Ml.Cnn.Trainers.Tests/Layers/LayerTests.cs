using Ml.Cnn.Trainers.Layers;
using Ml.Cnn.Trainers.Tests.Runtime;
using Ml.Cnn.Trainers.Weights;
using TorchSharp;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;
using Conv2d = Ml.Cnn.Trainers.Layers.Conv2d;
using Linear = Ml.Cnn.Trainers.Layers.Linear;
using Sequential = Ml.Cnn.Trainers.Layers.Sequential;

namespace Ml.Cnn.Trainers.Tests.Layers;

[TestClass]
public sealed class LayerTests
{
    private static Module<Tensor, Tensor>[] All() =>
    [
        new Conv2d(3, 6, kernel: new(3, 1), stride: 2, padding: new(1, 0), dilation: 1, groups: 3, bias: false),
        new BatchNorm2d(3), new ReLU(), new ReLU(inPlace: true), new Sigmoid(), new Tanh(), new MaxPool2d(3, 2, 1), new AvgPool2d(2),
        new AdaptiveAvgPool2d(2), new Flatten(), new Dropout(), new Dropout(0), new Identity(), new Sequential(Array.Empty<Layer>()),
        new ScaledTanh(), new TrainableSubsampling(3), new ConnectionTableConv2d(3, [[0, 2], [1]], kernel: 3), new Negate(), new ConstantPad2d(new(1, 2), -1),
        new ConstantPad2d(0), new ConstantPad2d(0, new Size2d(0, 1)), new Affine(2, 1), new ChannelAffine(3), new Clip(-1, 1),
        new MeanImage(ones(3, 8, 8)), new MeanImage(ones(3, 5, 5)),
        new Reshape(3, 64), new Reshape(3, 8, 8),        new LocalResponseNorm(), new ZeroPaddedShortcut(3, 5, stride: 2), new ZeroPaddedShortcut(3, 3),
    ];

    [TestMethod]
    public void A_result_outlives_the_input()
    {
        using var scope = NewDisposeScope();
        foreach (var layer in All())
        {
            foreach (var training in (bool[])[true, false])
            {
                layer.train(training);
                var input = randn(2, 3, 8, 8);
                var output = layer.call(input);
                Assert.AreNotSame(input, output);
                input.Dispose();
                Assert.IsTrue(output.isfinite().all().item<bool>(), layer.GetName());
            }
        }
    }

    [TestMethod]
    public void Results_are_those_of_torch()
    {
        using var scope = NewDisposeScope();
        var x = randn(2, 3, 9, 9);
        Same(new MaxPool2d(3, 2, 1, ceilMode: true), input => functional.max_pool2d(input, 3, 2, 1, ceil_mode: true));
        Same(new AvgPool2d(new Size2d(3, 2)), input => functional.avg_pool2d(input, (3L, 2L)));
        Same(new AvgPool2d(3, 2, ceilMode: true), input => functional.avg_pool2d(input, 3, 2, ceil_mode: true));
        Same(new ConstantPad2d(new(1, 2), 7), input => functional.pad(input, [2, 2, 1, 1], PaddingModes.Constant, 7));
        Same(new ConstantPad2d(new(1, 2), new(3, 4), 7), input => functional.pad(input, [2, 4, 1, 3], PaddingModes.Constant, 7));
        Same(new AvgPool2d(3, 2, 1, countIncludePad: false), input => functional.avg_pool2d(input, 3, 2, 1, count_include_pad: false));
        Same(new AdaptiveAvgPool2d(new Size2d(2, 3)), input => functional.adaptive_avg_pool2d(input, (2L, 3L)));
        Same(new ReLU(), input => input.clamp_min(0));
        Same(new Flatten(), input => input.reshape(2, -1));
        var conv = new Conv2d(3, 4, 3, stride: 2, padding: 1, dilation: 2);
        Same(conv, input => functional.conv2d(input, conv.Weight, conv.Bias, [2, 2], [1, 1], [2, 2]));
        Assert.IsTrue(new Add().call([x, x]).allclose(x * 2));
        Assert.ThrowsExactly<ArgumentException>(() => new Add().call([x]));

        void Same(Module<Tensor, Tensor> layer, Func<Tensor, Tensor> reference) => Assert.IsTrue(layer.call(x).allclose(reference(x)), layer.GetName());
    }

    [TestMethod]
    public void First_weights_are_uniform_over_the_bound_of_PyTorch()
    {
        using var scope = NewDisposeScope();
        manual_seed(1);
        using var conv = new Conv2d(16, 64, 3);
        Within(conv.Weight, 1 / Math.Sqrt(16 * 9));
        using var linear = new Linear(400, 200);
        Within(linear.Weight, 1 / Math.Sqrt(400));
        Within(linear.Bias!, 1 / Math.Sqrt(400));

        static void Within(Tensor weight, double bound)
        {
            Assert.IsLessThanOrEqualTo(bound, weight.abs().max().item<float>());
            Assert.AreEqual(bound / Math.Sqrt(3), weight.std().item<float>(), 0.05 * bound);
        }
    }

    [TestMethod]
    public void Batch_normalization_follows_the_running_statistics()
    {
        using var scope = NewDisposeScope();
        using var layer = new BatchNorm2d(3);
        CollectionAssert.AreEqual(new[] { "weight", "bias", "running_mean", "running_var", "num_batches_tracked" },
            ModuleState.Of(layer).Select(e => e.Key).ToArray());
        var x = randn(4, 3, 5, 5) * 2 + 1;
        var y = layer.call(x);
        Assert.AreEqual(0f, y.mean().item<float>(), 1e-4f);
        Assert.AreEqual(1L, layer.BatchesTracked.item<long>());
        Assert.IsTrue(layer.RunningMean.allclose(x.mean([0, 2, 3]) * 0.1));
        layer.eval();
        layer.call(x);
        Assert.AreEqual(1L, layer.BatchesTracked.item<long>());
        layer.train();
        Assert.ThrowsExactly<InvalidOperationException>(() => layer.call(randn(1, 3, 1, 1)));
    }

    [TestMethod]
    public void Bfloat16_convolutions_take_float32_images_and_leave_normalization_in_float32()
    {
        ExactConvolutions.Require();
        using var scope = NewDisposeScope();
        manual_seed(1);
        var conv = new Conv2d(3, 8, 3);
        var norm = new BatchNorm2d(8);
        var linear = new Linear(8 * 6 * 6, 2);
        using var network = new Sequential(conv, norm, new ReLU(inPlace: true), new Flatten(), linear);
        var x = randn(4, 3, 8, 8);
        network.eval();
        var exact = network.call(x).detach();
        conv.to(ScalarType.BFloat16);
        linear.to(ScalarType.BFloat16);
        var y = network.call(x);
        Assert.AreEqual(ScalarType.BFloat16, y.dtype);
        Assert.IsTrue(y.to(float32).allclose(exact, 0.05, 0.05));

        network.train();
        network.call(x).sum().backward();
        Assert.AreEqual(ScalarType.Float32, norm.Weight.grad!.dtype);
        Assert.AreEqual(ScalarType.BFloat16, conv.Weight.grad!.dtype);
        Assert.AreSame(conv.Weight, network.get_parameter("0.weight"));
    }

    [TestMethod]
    public void A_trace_sees_inputs_and_outputs_as_they_were()
    {
        using var scope = NewDisposeScope();
        using var network = new Sequential(("conv", new Conv2d(1, 1, 1)), ("relu", new ReLU(inPlace: true)));
        var kinds = new List<string>();
        using (new ForwardTrace((layer, inputs, output) =>
        {
            kinds.Add(layer.Kind);
            if (layer is ReLU)
                Assert.IsTrue(inputs[0].min().item<float>() < 0 && output.min().item<float>() >= 0);
        }))
        {
            network.call(randn(1, 1, 16, 16) * 10);
        }
        network.call(randn(1, 1, 4, 4));
        CollectionAssert.AreEqual(new[] { "conv2d", "relu" }, kinds);
    }

    [TestMethod]
    public void Numbers_outside_their_range_are_refused()
    {
        Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => new Conv2d(0, 1, 1));
        Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => new Conv2d(1, 1, 0));
        Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => new Conv2d(4, 6, 1, groups: 4));
        Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => new Conv2d(1, 1, 1, padding: -1));
        Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => new Linear(1, 0));
        Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => new BatchNorm2d(1, epsilon: 0));
        Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => new MaxPool2d(0));
        foreach (var probability in (double[])[-0.1, 1, double.NaN])
            Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => new Dropout(probability));
    }

    [TestMethod]
    public void Building_running_and_disposing_leaves_no_tensor_behind()
    {
        Run();
        var before = TensorLeakTests.Settle();
        var parameters = Run();
        // TorchSharp counts a tensor that becomes a parameter twice and forgets to take one off.
        Assert.AreEqual(before + parameters, Tensor.TotalCount);

        static int Run()
        {
            using var network = Trainers.Architectures.ResNet.Create(18).Build(new(3, 32, 32, 2));
            using var images = randn(2, 3, 32, 32);
            network.train();
            using var output = network.call(images);
            using (inference_mode())
                network.call(images).Dispose();
            return network.parameters().Count();
        }
    }

    [TestMethod]
    public void Disposed_networks_give_their_memory_back()
    {
        const long network = 57_000_000 * sizeof(float);
        Run();
        var before = Environment.WorkingSet;
        for (var i = 0; i < 6; i++)
            Run();
        Assert.IsLessThan(before + 2 * network, Environment.WorkingSet);

        static void Run() => Trainers.Architectures.AlexNet.Create().Build(new(3, 224, 224, 10)).Dispose();
    }

    [TestMethod]
    public void A_network_built_inside_a_dispose_scope_outlives_it()
    {
        Module<Tensor, Tensor> network;
        using (NewDisposeScope())
            network = Trainers.Architectures.ResNet.Create(18).Build(new(3, 32, 32, 2));
        using (network)
        {
            foreach (var (name, tensor) in ModuleState.Of(network))
                Assert.IsFalse(tensor.IsInvalid, name);
        }
    }
}
