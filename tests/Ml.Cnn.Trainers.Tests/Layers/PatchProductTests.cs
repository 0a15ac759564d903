using System.Diagnostics;
using Ml.Cnn.Trainers.Layers;
using Ml.Cnn.Trainers.Runtime;
using Ml.Cnn.Trainers.Tests.Runtime;
using TorchSharp;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Ml.Cnn.Trainers.Tests.Layers;

/// <summary>The convolution as a matrix product is the same function as libtorch's, and its gradients are.</summary>
[TestClass]
public sealed class PatchProductTests
{
    [TestMethod]
    [DataRow(3, 1, 1, 1, false)]
    [DataRow(3, 2, 1, 1, true)]
    [DataRow(1, 1, 0, 1, true)]
    [DataRow(1, 2, 0, 1, false)]
    [DataRow(3, 1, 2, 2, false)]
    [DataRow(5, 3, 0, 1, true)]
    [DataRow(2, 1, 3, 1, false)]
    public void The_product_and_its_gradients_are_the_convolution_s(int kernel, int stride, int padding, int dilation, bool bias)
    {
        ExactConvolutions.Require();
        using var scope = NewDisposeScope();
        random.manual_seed(1);
        var layer = new Conv2d(4, 6, kernel, stride, padding, dilation, bias: bias);
        var images = rand(3, 4, 7, 6, requires_grad: true);
        var expected = functional.conv2d(images, layer.Weight, layer.Bias, [stride, stride], [padding, padding], [dilation, dilation]);
        var actual = PatchProduct.Of(layer, images, layer.Weight, layer.Bias);
        AssertClose(expected, actual);

        var direction = randn_like(expected);
        Tensor[] inputs = bias ? [images, layer.Weight, layer.Bias!] : [images, layer.Weight];
        foreach (var (reference, gradient) in autograd.grad([expected], inputs, [direction]).Zip(autograd.grad([actual], inputs, [direction])))
            AssertClose(reference, gradient);

        static void AssertClose(Tensor expected, Tensor actual)
        {
            CollectionAssert.AreEqual(expected.shape, actual.shape);
            Assert.IsTrue(actual.allclose(expected, 1e-4, 1e-5), $"off by {(actual - expected).abs().max().ToSingle()}");
        }
    }

    /// <summary>Protects the speed of the last stages at small image sizes, and everything else from a slower way.</summary>
    [TestMethod]
    public void The_product_is_taken_in_bfloat16_where_weights_outnumber_positions()
    {
        using var scope = NewDisposeScope();
        var layer = new Conv2d(512, 512, 3, padding: 1);
        Assert.IsTrue(PatchProduct.IsCompatible(layer, empty(32, 512, 2, 2, ScalarType.BFloat16)));
        Assert.IsFalse(PatchProduct.IsCompatible(layer, empty(32, 512, 7, 7, ScalarType.BFloat16)), "many positions");
        Assert.IsFalse(PatchProduct.IsCompatible(layer, empty(32, 512, 2, 2)), "float32");
        Assert.IsFalse(PatchProduct.IsCompatible(new Conv2d(512, 512, 3, padding: 1, groups: 2), empty(32, 512, 2, 2, ScalarType.BFloat16)), "groups");
        Assert.IsTrue(PatchProduct.IsCompatible(new Conv2d(960, 160, 1), empty(32, 960, 2, 2, ScalarType.BFloat16)), "1 × 1 filters");
        Assert.IsFalse(PatchProduct.IsCompatible(new Conv2d(64, 64, 3, padding: 1), empty(32, 64, 2, 2, ScalarType.BFloat16)), "few weights");
    }

    /// <summary>
    /// Protects validation and scoring: without gradients libtorch took the pixels of a layer with a stride for as many matrices as there are rows of pixels,
    /// and copied all weights for each, which took some hundred times as long.
    /// </summary>
    [TestMethod]
    public void A_pass_without_gradients_is_no_slower_than_one_with_them()
    {
        using var scope = NewDisposeScope();
        var layer = new Conv2d(512, 1024, 1, stride: 2);
        var weight = layer.Weight.to(ScalarType.BFloat16).detach().requires_grad_();
        var images = rand(32, 512, 8, 8).to(ScalarType.BFloat16).ChannelsLast();
        var with = Enumerable.Range(0, 7).Min(_ => Time());
        using var none = no_grad();
        var without = Enumerable.Range(0, 7).Min(_ => Time());
        Assert.IsLessThan(5 * with, without);

        TimeSpan Time()
        {
            var begun = Stopwatch.GetTimestamp();
            PatchProduct.Of(layer, images, weight, bias: null).Dispose();
            return Stopwatch.GetElapsedTime(begun);
        }
    }

    /// <summary>A layer that takes the product gives what the convolution gives, up to bfloat16's precision.</summary>
    [TestMethod]
    public void A_layer_in_bfloat16_agrees_with_itself_in_float32()
    {
        using var scope = NewDisposeScope();
        random.manual_seed(2);
        var layer = new Conv2d(256, 256, 3, padding: 1);
        var images = randn(2, 256, 2, 2);
        var expected = layer.forward(images);
        ((IComputesIn)layer).ComputeType = ScalarType.BFloat16;
        var actual = layer.forward(images).to(float32);
        Assert.IsLessThan(0.01, ((actual - expected).norm() / expected.norm()).ToDouble());
    }
}
