using Ml.Cnn.Trainers.Layers;
using Ml.Cnn.Trainers.Runtime;
using static TorchSharp.torch;

namespace Ml.Cnn.Trainers.Tests.Layers;

/// <summary>Filters over maps so small that part of a filter sees the padding alone.</summary>
[TestClass]
public sealed class SeenTapsTests
{
    /// <summary>
    /// Protects bfloat16 from oneDNN, which leaves the gradient of such a part unwritten: again and again, since memory that was used before shows it.
    /// </summary>
    [TestMethod]
    [DataRow(3, 1, 1, 1, 1)]
    [DataRow(3, 2, 1, 1, 1)]
    [DataRow(3, 2, 1, 1, 8)]
    [DataRow(3, 2, 2, 2, 8)]
    [DataRow(5, 1, 1, 1, 1)]
    [DataRow(5, 1, 2, 1, 4)]
    [DataRow(3, 2, 1, 4, 2)]
    [DataRow(3, 4, 3, 3, 2)]
    public void Gradients_are_those_of_float64(int kernel, int stride, int height, int width, int groups)
    {
        using var scope = NewDisposeScope();
        manual_seed(1);
        using var layer = new Conv2d(64, 64, kernel, stride, kernel / 2, groups: groups);
        ((IComputesIn)layer).ComputeType = ScalarType.BFloat16;
        using (no_grad())
            layer.Weight.set_(layer.Weight.detach().ChannelsLast());
        var images = randn(3, 64, height, width).ChannelsLast();
        var weight = layer.Weight.detach().to(float64).requires_grad_();
        var exactImages = images.to(float64).requires_grad_();
        var exact = nn.functional.conv2d(exactImages, weight, layer.Bias!.detach().to(float64), [stride, stride], [kernel / 2, kernel / 2], groups: groups);
        exact.pow(2).sum().backward();
        for (var again = 0; again < 5; again++)
        {
            using var used = full([64, 64, kernel * kernel], float.NaN); // memory that the next gradient may lie in
            used.Dispose();
            layer.zero_grad();
            var input = images.detach().requires_grad_();
            var output = layer.call(input).to(float32);
            CollectionAssert.AreEqual(exact.shape, output.shape);
            output.pow(2).sum().backward();
            AssertNear(exact, output, "output");
            AssertNear(weight.grad!, layer.Weight.grad!, "gradient of the weights");
            AssertNear(exactImages.grad!, input.grad!, "gradient of the images");
        }
    }

    private static void AssertNear(Tensor expected, Tensor actual, string what) =>
        Assert.IsLessThan(0.02, ((actual.to(float64) - expected).norm() / expected.norm()).item<double>(), what);
}
