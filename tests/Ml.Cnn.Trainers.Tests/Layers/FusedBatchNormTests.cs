using Ml.Cnn.Trainers.Layers;
using Ml.Cnn.Trainers.Layers.Normalization;
using TorchSharp;
using static TorchSharp.torch;
using Sequential = Ml.Cnn.Trainers.Layers.Sequential;

namespace Ml.Cnn.Trainers.Tests.Layers;

/// <summary>Batch normalization with the activation behind it in one operation gives what libtorch gives, one after the other.</summary>
[TestClass]
public sealed class FusedBatchNormTests
{
    /// <summary>
    /// Protects values, gradients and running statistics in shapes of all kinds: channels that fill no vectors, few rows, one place, means far from 0, a
    /// constant channel, the three activations.
    /// </summary>
    [TestMethod]
    [DataRow(ScalarType.Float32)]
    [DataRow(ScalarType.BFloat16)]
    public void Values_and_gradients_are_libtorch_s(ScalarType type)
    {
        var seed = Environment.TickCount;
        Console.WriteLine($"seed {seed}");
        var random = new Random(seed);
        for (var round = 0; round < 60; round++)
        {
            int[] shape = [random.Next(1, 6), random.Next(1, 100), random.Next(1, 12), random.Next(1, 12)];
            if (shape[0] * shape[2] * shape[3] < 2)
                shape[0] = 2;
            using var scope = NewDisposeScope();
            var what = $"{string.Join("×", shape)}, round {round}";
            var (channels, offset) = (shape[1], random.Next(3) == 0 ? 300f : 0f);
            var values = randn(shape[0], shape[2], shape[3], channels) * rand(channels) + offset * randn(channels);
            values[.., .., .., 0] = 0.75f; // its variance is 0
            var input = values.permute(0, 3, 1, 2).to(type);
            var slope = randn(shape[0], shape[2], shape[3], channels).permute(0, 3, 1, 2).to(type);
            Layer? activation = random.Next(3) switch { 0 => null, 1 => new ReLU(), _ => new ReLU6() };
            var norm = new BatchNorm2d(channels, epsilon: 1e-3, momentum: 0.3);
            using (no_grad())
            {
                norm.Weight.copy_(randn(channels) * 3);
                norm.Bias.copy_(randn(channels) * 2);
            }
            var expected = Run(norm, activation, input, slope, kernels: false);
            var actual = Run(norm, activation, input, slope, kernels: true);
            Assert.AreEqual(channels >= ChannelBlocks.Block, FusedBatchNorm.Suits(norm, input), what);
            // Both are compared with the exact result. A mean of 300 that is rounded to float32 costs both some 1e-5; a variance from sums of squares, 1e-2.
            var rounding = type == ScalarType.BFloat16 ? 1e-3 : 2e-6 + 1e-7 * offset;
            var exact = Run(norm, activation, input.to(float64), slope.to(float64), kernels: false);
            foreach (var (name, ours) in actual)
            {
                var (error, theirs) = (Distance(ours, exact[name]), Distance(expected[name], exact[name]));
                Assert.IsLessThan(1.5 * theirs + rounding, error, $"{name}, {what}: libtorch {theirs}");
            }
        }
    }

    // Of the norms.
    private static double Distance(Tensor tensor, Tensor exact)
    {
        var difference = (tensor.to(float64) - exact.to(float64)).norm() / (exact.to(float64).norm() + 1e-6);
        return difference.item<double>();
    }

    private static Dictionary<string, Tensor> Run(BatchNorm2d like, Layer? activation, Tensor input, Tensor slope, bool kernels)
    {
        var norm = new BatchNorm2d(like.Channels, like.Epsilon, like.Momentum) { UsesKernels = kernels };
        using (no_grad())
        {
            norm.Weight.copy_(like.Weight);
            norm.Bias.copy_(like.Bias);
            norm.RunningMean.copy_(full(like.Channels, 0.5f));
        }
        if (input.dtype == ScalarType.Float64)
            norm.to(float64);
        norm.train();
        var leaf = input.detach().alias().requires_grad_();
        var network = activation is null ? new Sequential(new Identity(), norm) : new Sequential(new Identity(), norm, activation);
        var output = network.call(leaf);
        output.backward([slope]);
        return new()
        {
            ["output"] = output.detach(),
            ["gradient of the input"] = leaf.grad!,
            ["gradient of the weight"] = norm.Weight.grad!,
            ["gradient of the bias"] = norm.Bias.grad!,
            ["running mean"] = norm.RunningMean,
            ["running variance"] = norm.RunningVariance,
            ["batches"] = norm.BatchesTracked,
        };
    }
}
