using Ml.Cnn.Trainers.Architectures;
using Ml.Cnn.Trainers.Weights;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Ml.Cnn.Trainers.Tests.Architectures;

[TestClass]
public sealed class LeNetTests
{
    [TestMethod]
    [DataRow(28, 28, 400)]
    [DataRow(32, 32, 400)]
    [DataRow(12, 12, 16)]
    [DataRow(28, 32, 480)]
    [DataRow(64, 48, 16 * 14 * 10)]
    public void The_first_linear_layer_fits_the_images(int height, int width, int features)
    {
        using var network = LeNet.Create().Build(new(1, height, width, 10));
        CollectionAssert.AreEqual(new long[] { 120, features }, network.get_parameter("fc1.weight")!.shape);
        using var output = network.call(zeros(1, 1, height, width));
        CollectionAssert.AreEqual(new long[] { 1, 10 }, output.shape);
    }

    [TestMethod]
    public void The_parameters_are_the_ones_of_the_courses()
    {
        using var network = LeNet.Create().Build(new(1, 28, 28, 10));
        CollectionAssert.AreEqual(
            new[] { "conv1", "conv2", "fc1", "fc2", "fc3" }.SelectMany(layer => new[] { $"{layer}.weight", $"{layer}.bias" }).ToArray(),
            ModuleState.Of(network).Select(entry => entry.Key).ToArray());
        Assert.AreEqual(61_706, network.parameters().Sum(parameter => parameter.numel()));
    }

    [TestMethod]
    public void Settings_come_back()
    {
        var tanh = LeNet.Create(LeNetActivation.Tanh, LeNetPooling.Average);
        CollectionAssert.AreEqual(new[] { "tanh", "average" }, tanh.Settings.Values.ToArray());
        var again = LeNet.Create().With(tanh.Settings);
        CollectionAssert.AreEqual(tanh.Settings.ToArray(), again.Settings.ToArray());
        Assert.ThrowsExactly<FormatException>(() => tanh.With(new Dictionary<string, string> { ["activation"] = "1" }));
        Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => LeNet.Create((LeNetActivation)7));
        Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => LeNet.Create(pooling: (LeNetPooling)7));
    }

    [TestMethod]
    [DataRow(LeNetActivation.Relu, LeNetPooling.Max)]
    [DataRow(LeNetActivation.Relu, LeNetPooling.Average)]
    [DataRow(LeNetActivation.Sigmoid, LeNetPooling.Max)]
    [DataRow(LeNetActivation.Sigmoid, LeNetPooling.Average)]
    [DataRow(LeNetActivation.Tanh, LeNetPooling.Max)]
    [DataRow(LeNetActivation.Tanh, LeNetPooling.Average)]
    public void Every_form_learns_from_its_first_weights(LeNetActivation activation, LeNetPooling pooling)
    {
        using var scope = NewDisposeScope();
        manual_seed(1);
        using var network = LeNet.Create(activation, pooling).Build(new(1, 28, 28, 4));
        // Four classes of noise around four coarse images.
        var patterns = randn(4, 1, 7, 7).repeat_interleave(4, 2).repeat_interleave(4, 3);
        using var optimizer = optim.SGD(network.parameters(), 0.05, momentum: 0.9);
        var losses = new List<float>();
        for (var step = 0; step < 150; step++)
        {
            using var stepScope = NewDisposeScope();
            var labels = randint(0, 4, [32], int64);
            var images = patterns.index_select(0, labels) + 0.5 * randn(32, 1, 28, 28);
            optimizer.zero_grad();
            var loss = functional.cross_entropy(network.call(images), labels);
            loss.backward();
            optimizer.step();
            losses.Add(loss.item<float>());
        }
        Assert.IsLessThan(2f, losses[0]);
        Assert.IsLessThan(0.2f, losses.TakeLast(5).Average());
    }
}
