using Ml.Cnn.Trainers.Layers;
using Ml.Cnn.Trainers.Weights;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;
using ChannelShuffle = Ml.Cnn.Trainers.Layers.ChannelShuffle;
using Conv2d = Ml.Cnn.Trainers.Layers.Conv2d;
using Flatten = Ml.Cnn.Trainers.Layers.Flatten;
using GELU = Ml.Cnn.Trainers.Layers.GELU;
using Hardsigmoid = Ml.Cnn.Trainers.Layers.Hardsigmoid;
using Hardswish = Ml.Cnn.Trainers.Layers.Hardswish;
using LayerNorm = Ml.Cnn.Trainers.Layers.LayerNorm;
using LeakyReLU = Ml.Cnn.Trainers.Layers.LeakyReLU;
using PReLU = Ml.Cnn.Trainers.Layers.PReLU;
using ReLU6 = Ml.Cnn.Trainers.Layers.ReLU6;
using Sequential = Ml.Cnn.Trainers.Layers.Sequential;
using SiLU = Ml.Cnn.Trainers.Layers.SiLU;

namespace Ml.Cnn.Trainers.Tests.Layers;

/// <summary>The layers of the newer blocks against the formulas of their papers.</summary>
[TestClass]
public sealed class BlockLayerTests
{
    // Layers from N × 4 × H × W.
    private static Module<Tensor, Tensor>[] All() =>
    [
        new ReLU6(), new ReLU6(inPlace: true), new LeakyReLU(), new LeakyReLU(0.2, inPlace: true), new LeakyReLU(0, inPlace: true),
        new Hardsigmoid(), new Hardswish(),
        new SiLU(), new GELU(), new PReLU(), new PReLU(4), new Maxout(), new StochasticDepth(0), new StochasticDepth(0.5), new SqueezeExcitation(4, 2),
        new ChannelShuffle(2), new Slice(1, 2), new Permute(0, 2, 3, 1), new LayerNorm(6), new LayerNorm2d(4), new LayerScale(4, 0.1),
        new ResidualBlock(4, 4), new ResidualBlock(4, 8, stride: 2), new DenseBlock(2, 4, 2),
        new Sequential(new Flatten(), new DropConnect(4 * 6 * 6, 3)),
    ];

    [TestMethod]
    public void A_result_outlives_the_input_and_gradients_come_through_in_either_precision()
    {
        using var scope = NewDisposeScope();
        foreach (var layer in All())
        {
            foreach (var type in (ScalarType[])[ScalarType.Float32, ScalarType.BFloat16])
            {
                foreach (var training in (bool[])[true, false])
                {
                    layer.train(training);
                    var leaf = randn(2, 4, 6, 6).to(type).requires_grad_();
                    var input = leaf.alias().mul(2); // in-place layers may not overwrite a leaf
                    var output = layer.call(input);
                    Assert.AreNotSame(input, output);
                    input.Dispose();
                    output.sum().backward();
                    Assert.IsTrue(output.isfinite().all().item<bool>(), layer.GetName());
                    Assert.AreEqual(type, leaf.grad!.dtype);
                    Assert.IsTrue(leaf.grad.isfinite().all().item<bool>(), layer.GetName());
                }
            }
            foreach (var (name, parameter) in layer.named_parameters())
                Assert.AreEqual(ScalarType.Float32, parameter.grad!.dtype, $"{layer.GetName()} {name}");
        }
    }

    [TestMethod]
    public void Activations_are_their_papers_formulas()
    {
        using var scope = NewDisposeScope();
        var x = linspace(-8, 8, 81).reshape(1, 1, 9, 9);
        Same(new ReLU6(), x.clamp(0, 6));
        Same(new ReLU6(inPlace: true), x.clamp(0, 6));
        Same(new LeakyReLU(), where(x.gt(0), x, 0.01 * x));
        Same(new LeakyReLU(0.3, inPlace: true), where(x.gt(0), x, 0.3 * x));
        Same(new Hardsigmoid(), (x + 3).clamp(0, 6) / 6);
        Same(new Hardswish(), x * (x + 3).clamp(0, 6) / 6);
        Same(new SiLU(), x / (1 + exp(-x)));
        Same(new GELU(), x * 0.5 * (1 + special.erf(x / Math.Sqrt(2))));
        Same(new PReLU(1, 0.1), where(x.gt(0), x, 0.1 * x));

        void Same(Layer layer, Tensor expected) => Assert.IsTrue(layer.call(x.clone()).allclose(expected, 1e-5, 1e-6), layer.Kind);
    }

    [TestMethod]
    public void A_prelu_learns_a_slope_per_channel()
    {
        using var scope = NewDisposeScope();
        var prelu = new PReLU(2);
        Assert.AreEqual("weight", ModuleState.Of(prelu).Single().Key);
        Assert.AreEqual(0.25f, prelu.Weight.mean().item<float>());
        prelu.call(tensor(new float[] { -3, 5 }).reshape(1, 2, 1, 1)).sum().backward();
        CollectionAssert.AreEqual(new float[] { -3, 0 }, prelu.Weight.grad!.data<float>().ToArray());
    }

    [TestMethod]
    public void Maxout_takes_the_largest_of_neighboring_channels()
    {
        using var scope = NewDisposeScope();
        var rows = tensor(new float[] { 1, 5, -2, 7, 0, 3 }).reshape(1, 6);
        CollectionAssert.AreEqual(new float[] { 5, 7 }, new Maxout(3).call(rows).data<float>().ToArray());
        var images = randn(2, 4, 3, 3);
        var (even, odd) = (images.index_select(1, tensor(new long[] { 0, 2 })), images.index_select(1, tensor(new long[] { 1, 3 })));
        Assert.IsTrue(new Maxout(2).call(images).equal(maximum(even, odd)).all().item<bool>());
        Assert.ThrowsExactly<ArgumentException>(() => new Maxout(4).call(rows));
        Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => new Maxout(1));
    }

    [TestMethod]
    public void Stochastic_depth_drops_whole_images_and_keeps_the_mean()
    {
        using var scope = NewDisposeScope();
        var layer = new StochasticDepth(0.25);
        var x = ones(4000, 2, 3, 1);
        manual_seed(1);
        var y = layer.call(x);
        var rows = y.reshape(4000, 6);
        Assert.IsTrue(rows.amax([1]).equal(rows.amin([1])).all().item<bool>(), "an image is kept whole or not at all");
        Assert.AreEqual(0.75, rows.gt(0).to(float32).mean().item<float>(), 0.03);
        Assert.AreEqual(1 / 0.75f, rows.max().item<float>(), 1e-6f);
        manual_seed(1);
        Assert.IsTrue(layer.call(x).equal(y).all().item<bool>(), "libtorch's seed repeats it");
        layer.eval();
        Assert.IsTrue(layer.call(x).equal(x).all().item<bool>());
        Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => new StochasticDepth(1));
    }

    [TestMethod]
    public void DropConnect_draws_a_mask_per_image_and_scores_as_a_linear_layer()
    {
        using var scope = NewDisposeScope();
        manual_seed(1);
        var layer = new DropConnect(20, 3, 0.4);
        CollectionAssert.AreEqual(new[] { "weight", "bias" }, ModuleState.Of(layer).Select(entry => entry.Key).ToArray());
        var row = randn(1, 20);
        var full = functional.linear(row, layer.Weight, layer.Bias);
        var y = layer.call(row.expand(5000, 20));
        Assert.IsFalse(y[0].allclose(y[1]), "two images, two masks");
        Assert.IsTrue(y.mean([0]).allclose(full[0], 0.02, 0.05));
        layer.eval();
        Assert.IsTrue(layer.call(row).allclose(full));
        Assert.AreEqual(60L, layer.Describe().MultiplyAdds(full.numel()));
    }

    [TestMethod]
    public void Squeeze_and_excitation_weighs_channels()
    {
        using var scope = NewDisposeScope();
        var block = new SqueezeExcitation(6, 2, new SiLU(), new Hardsigmoid());
        CollectionAssert.AreEqual(new[] { "fc1.weight", "fc1.bias", "fc2.weight", "fc2.bias" }, ModuleState.Of(block).Select(entry => entry.Key).ToArray());
        var state = ModuleState.Of(block).ToDictionary();
        var x = randn(2, 6, 5, 4);
        var squeezed = functional.linear(x.mean([2, 3]), state["fc1.weight"].flatten(1), state["fc1.bias"]);
        var scale = ((functional.linear(squeezed * squeezed.sigmoid(), state["fc2.weight"].flatten(1), state["fc2.bias"]) + 3).clamp(0, 6)) / 6;
        Assert.IsTrue(block.call(x).allclose(x * scale.reshape(2, 6, 1, 1), 1e-4, 1e-5));
    }

    [TestMethod]
    public void A_shuffle_deals_channels_out_in_either_layout()
    {
        using var scope = NewDisposeScope();
        var x = arange(6, float32).reshape(1, 6, 1, 1).expand(2, 6, 3, 5).contiguous();
        var lastChannels = x.permute(0, 2, 3, 1).contiguous().permute(0, 3, 1, 2);
        foreach (var layout in (Tensor[])[x, lastChannels])
        {
            var y = new ChannelShuffle(2).call(layout);
            CollectionAssert.AreEqual(new float[] { 0, 3, 1, 4, 2, 5 }, y[1, TensorIndex.Colon, 2, 4].contiguous().data<float>().ToArray());
            CollectionAssert.AreEqual(layout.stride(), y.stride());
        }
        Assert.ThrowsExactly<ArgumentException>(() => new ChannelShuffle(4).call(x));
    }

    [TestMethod]
    public void Slices_and_orders()
    {
        using var scope = NewDisposeScope();
        var x = arange(24, float32).reshape(1, 4, 2, 3);
        Assert.IsTrue(new Slice(2, 2).call(x).equal(x.narrow(1, 2, 2)).all().item<bool>());
        Assert.IsTrue(new Slice(1, 1, dimension: 3).call(x).equal(x.narrow(3, 1, 1)).all().item<bool>());
        CollectionAssert.AreEqual(new long[] { 1, 2, 3, 4 }, new Permute(0, 2, 3, 1).call(x).shape);
        Assert.ThrowsExactly<ArgumentException>(() => new Permute(0, 1, 1));
        Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => new Slice(-1, 1));
        Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => new Slice(0, 0));
    }

    [TestMethod]
    public void Layer_normalization_is_over_features_or_channels()
    {
        using var scope = NewDisposeScope();
        var x = randn(2, 5, 3, 4) * 3 + 1;
        var centered = x - x.mean([1], keepdim: true);
        var expected = centered / (centered.pow(2).mean([1], keepdim: true) + 1e-3).sqrt();
        var pixels = new LayerNorm2d(5, 1e-3);
        var features = new LayerNorm(5, 1e-3);
        using (no_grad())
        {
            pixels.Weight.fill_(2);
            pixels.Bias.fill_(-1);
        }
        Assert.IsTrue(pixels.call(x).allclose(expected * 2 - 1, 1e-4, 1e-5));
        Assert.IsTrue(features.call(x.permute(0, 2, 3, 1)).permute(0, 3, 1, 2).allclose(expected, 1e-4, 1e-5));
        var coarse = pixels.call(x.to(bfloat16));
        Assert.AreEqual(ScalarType.BFloat16, coarse.dtype);
        Assert.IsTrue(coarse.to(float32).allclose(expected * 2 - 1, 0.03, 0.03));
        CollectionAssert.AreEqual(new[] { "weight", "bias" }, ModuleState.Of(pixels).Select(entry => entry.Key).ToArray());
    }

    [TestMethod]
    public void Layer_scale_keeps_its_parameter_under_its_own_name_and_a_small_branch_alive()
    {
        using var scope = NewDisposeScope();
        using var block = new Sequential(("conv", new Conv2d(2, 2, 1)), ("layer_scale", new LayerScale(2, 1e-6)));
        CollectionAssert.AreEqual(new[] { "conv.weight", "conv.bias", "layer_scale" }, ModuleState.Of(block).Select(entry => entry.Key).ToArray());

        using var file = new MemoryStream();
        ModuleState.Save(block, file);
        using var again = new Sequential(("conv", new Conv2d(2, 2, 1)), ("layer_scale", new LayerScale(2, 0.5)));
        file.Position = 0;
        ModuleState.Load(again, file, file.Length);
        Assert.AreEqual(1e-6f, ((LayerScale)again[1]).Weight.max().item<float>());

        var branch = new LayerScale(2).call(ones([1, 2, 1, 1], bfloat16));
        Assert.AreEqual(1f + 1e-6f, branch.add(ones([1, 2, 1, 1], bfloat16)).max().item<float>(), 1e-7f);
    }

    [TestMethod]
    public void Numbers_outside_their_range_are_refused()
    {
        Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => new LeakyReLU(1));
        Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => new PReLU(0));
        Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => new DropConnect(1, 1, 1));
        Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => new DropConnect(0, 1));
        Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => new LayerNorm(1, epsilon: 0));
        Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => new LayerNorm2d(0));
        Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => new LayerScale(0));
        Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => new ChannelShuffle(0));
        Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => new SqueezeExcitation(4, 0));
    }
}
