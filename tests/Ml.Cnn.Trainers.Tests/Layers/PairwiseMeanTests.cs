using Ml.Cnn.Trainers.Layers;
using Ml.Cnn.Trainers.Runtime;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Ml.Cnn.Trainers.Tests.Layers;

/// <summary>The vectorized average pooling does what libtorch's does.</summary>
[TestClass]
public sealed class PairwiseMeanTests
{
    /// <summary>Protects the results and gradients, to the bit: a model's scores must not depend on which of the two ways is taken.</summary>
    [TestMethod]
    [DataRow(28, 28)]
    [DataRow(10, 10)]
    [DataRow(2, 16)]
    [DataRow(6, 34)]
    [DataRow(4, 2)]
    public void Values_and_gradients_are_libtorch_s(int height, int width)
    {
        using var scope = NewDisposeScope();
        manual_seed(5);
        var images = randn(3, 5, height, width).requires_grad_();
        var same = images.detach().clone().requires_grad_();
        var slope = randn(3, 5, height / 2, width / 2);
        var expected = functional.avg_pool2d(images, [2L, 2L]);
        (expected * slope).sum().backward();

        var actual = PairwiseMean.Of(same);
        (actual * slope).sum().backward();

        Assert.IsTrue(expected.equal(actual).all().item<bool>(), "values");
        Assert.IsTrue(images.grad!.equal(same.grad!).all().item<bool>(), "gradients");
    }

    /// <summary>Protects the gradient where it comes in another order in memory, as out of a permutation.</summary>
    [TestMethod]
    public void A_gradient_may_lie_in_memory_in_any_way()
    {
        using var scope = NewDisposeScope();
        manual_seed(6);
        var images = randn(2, 3, 8, 8).requires_grad_();
        var same = images.detach().clone().requires_grad_();
        var slope = randn(2, 4, 4, 3);
        (functional.avg_pool2d(images, [2L, 2L]).permute(0, 2, 3, 1) * slope).sum().backward();
        (PairwiseMean.Of(same).permute(0, 2, 3, 1) * slope).sum().backward();
        Assert.IsTrue(images.grad!.equal(same.grad!).all().item<bool>());
    }

    /// <summary>Protects the inputs that the kernel was not written for: they take libtorch's way.</summary>
    [TestMethod]
    public void Only_even_sizes_in_float32_and_in_one_piece_take_it()
    {
        using var scope = NewDisposeScope();
        using var threads = LibtorchThreads.Use(2);
        Assert.IsTrue(PairwiseMean.IsCompatible(empty(2, 6, 28, 28)));
        Assert.IsFalse(PairwiseMean.IsCompatible(empty(2, 6, 27, 28)), "odd height");
        Assert.IsFalse(PairwiseMean.IsCompatible(empty(2, 6, 28, 27)), "odd width");
        Assert.IsFalse(PairwiseMean.IsCompatible(empty(2, 6, 28, 28, ScalarType.BFloat16)), "bfloat16");
        Assert.IsFalse(PairwiseMean.IsCompatible(empty(2, 28, 28, 6).permute(0, 3, 1, 2)), "channels last");
        Assert.IsFalse(PairwiseMean.IsCompatible(empty(6, 28, 28)), "one image without a batch");
    }

    /// <summary>Protects the layer: what does not suit is pooled all the same.</summary>
    [TestMethod]
    public void The_layer_pools_whatever_its_input_is_like()
    {
        using var scope = NewDisposeScope();
        manual_seed(7);
        using var layer = new AvgPool2d(2);
        Tensor[] unsuited = [randn(2, 3, 8, 8), randn(2, 3, 7, 9), randn(2, 8, 8, 3).permute(0, 3, 1, 2), randn(2, 3, 8, 8).to(ScalarType.BFloat16)];
        foreach (var images in unsuited)
            Assert.IsTrue(functional.avg_pool2d(images, [2L, 2L]).equal(layer.call(images)).all().item<bool>(), string.Join("×", images.shape));
    }
}
