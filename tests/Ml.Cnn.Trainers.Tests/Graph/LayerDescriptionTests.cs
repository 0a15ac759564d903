using Ml.Cnn.Trainers.Graph;
using Ml.Cnn.Trainers.Layers;
using Ml.Cnn.Trainers.Weights;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;
using AdaptiveAvgPool2d = Ml.Cnn.Trainers.Layers.AdaptiveAvgPool2d;
using AvgPool2d = Ml.Cnn.Trainers.Layers.AvgPool2d;
using BatchNorm2d = Ml.Cnn.Trainers.Layers.BatchNorm2d;
using ConstantPad2d = Ml.Cnn.Trainers.Layers.ConstantPad2d;
using Conv2d = Ml.Cnn.Trainers.Layers.Conv2d;
using Linear = Ml.Cnn.Trainers.Layers.Linear;
using MaxPool2d = Ml.Cnn.Trainers.Layers.MaxPool2d;

namespace Ml.Cnn.Trainers.Tests.Graph;

/// <summary>What layers say of themselves is all that anybody needs to compute what they compute.</summary>
[TestClass]
public sealed class LayerDescriptionTests
{
    // Odd numbers where there is a choice, so that an attribute left out or taken for another shows.
    private static (ILayer Layer, Tensor[] Inputs)[] Layers()
    {
        var maps = randn(2, 6, 9, 11);
        var even = randn(2, 6, 8, 12);
        var rows = randn(2, 6);
        return
        [
            (new Conv2d(6, 9, kernel: new(3, 2), stride: new(2, 1), padding: new(1, 2), dilation: new(1, 3), groups: 3), [maps]),
            (new Conv2d(6, 4, kernel: 1, bias: false), [maps]),
            (new ConnectionTableConv2d(6, [[0, 5], [1], [4, 2, 3]], kernel: new(3, 2)), [maps]),
            (new Linear(6, 5), [rows]), (new Linear(11, 5, bias: false), [maps]), (new DropConnect(6, 5, 0.3), [rows]),
            (new BatchNorm2d(6, 1e-3, 0.2), [maps]), (new LayerNorm(11, 1e-3), [maps]), (new LayerNorm2d(6, 1e-3), [maps]),
            (new LocalResponseNorm(3, 0.1, 0.5, 1.5), [maps]), (new LayerScale(6, 0.3), [maps]),
            (new MaxPool2d(new(3, 2), new(2, 3), new(1, 0), ceilMode: true), [maps]), (new MaxPool2d(2), [maps]),
            (new AvgPool2d(new(3, 2), new(2, 3), new(1, 1), ceilMode: true), [maps]), (new AvgPool2d(2), [even]),
            (new AdaptiveAvgPool2d(new(2, 3)), [maps]), (new TrainableSubsampling(6, new Size2d(2, 3)), [maps]),
            (new RadialBasis(randn(4, 6)), [rows]), (new ConstantPad2d(new(1, 2), -3), [maps]),
            (new ConstantPad2d(new(1, 2), new(3, 0), 0.5), [maps]), (new AvgPool2d(3, 2, new(1, 0), countIncludePad: false), [maps]),
            (new Affine(0.5, -3), [maps]), (new ChannelAffine(6), [maps]), (new ChannelAffine(11, bias: false, dimension: -1), [maps]),
            (new MeanImage(randn(6, 9, 11)), [maps]), (new ChannelAffine(6, weight: false), [rows]),
            (new Clip(-0.5, 2), [maps]), (new Reshape(3, 22, 9), [maps]),
            (new ZeroPaddedShortcut(6, 9, 2), [maps]),
            (new ChannelShuffle(3), [maps]), (new Slice(1, 3, 2), [maps]), (new Permute(0, 2, 3, 1), [maps]), (new Flatten(), [maps]),
            (new Concatenate(2), [maps, randn(2, 6, 3, 11)]), (new Add(), [maps, maps * 2]), (new Multiply(), [maps, randn(2, 6, 1, 1)]),
            (new Negate(), [maps]), (new Identity(), [maps]), (new Dropout(0.2), [maps]), (new StochasticDepth(0.2), [maps]),
            (new ReLU(), [maps]), (new ReLU6(), [maps * 9]), (new LeakyReLU(0.3), [maps]), (new PReLU(6, 0.1), [maps]), (new Sigmoid(), [maps]),
            (new Tanh(), [maps]), (new ScaledTanh(1.5, 0.5), [maps]), (new SiLU(), [maps]), (new GELU(), [maps]), (new Hardsigmoid(), [maps]),
            (new Hardswish(), [maps]), (new Maxout(3), [maps]),
        ];
    }

    [TestMethod]
    public void A_description_says_all_that_it_takes_to_compute_the_layer_s_output()
    {
        using var scope = NewDisposeScope();
        using var mode = inference_mode();
        manual_seed(1);
        foreach (var (layer, inputs) in Layers())
        {
            var module = (Module)layer;
            foreach (var (_, tensor) in ModuleState.Of(module).Where(entry => entry.Value.is_floating_point()))
                tensor.uniform_(0.5, 1.5);
            module.eval();
            var expected = layer.Call(inputs);
            var described = DescribedOperation.Compute(layer.Describe(), inputs);
            Assert.IsTrue(expected.equal(described).all().item<bool>(), $"{layer.Kind}: {(expected - described).abs().max().item<float>()} apart");
        }
    }

    /// <summary>Protects exports from a weight that a layer forgets to mention, and from a layer that this file forgets.</summary>
    [TestMethod]
    public void Every_layer_describes_each_of_its_weights_once_and_this_test_knows_every_layer()
    {
        using var scope = NewDisposeScope();
        var layers = Layers().Select(pair => pair.Layer).ToArray();
        // What a compiled copy alone is made of (LinearEverywhere) has no weights of its own.
        var types = typeof(ILayer).Assembly.GetTypes()
            .Where(type => type.IsAssignableTo(typeof(ILayer)) && !type.IsAbstract && type.Namespace == typeof(ILayer).Namespace);
        CollectionAssert.AreEquivalent(types.ToArray(), layers.Select(layer => layer.GetType()).Distinct().ToArray());
        foreach (var layer in layers)
        {
            var description = layer.Describe();
            Assert.AreEqual(layer.Kind, description.Kind);
            var state = ModuleState.Of((Module)layer);
            CollectionAssert.AreEqual(state.Select(entry => entry.Key).ToArray(), description.Weights.Select(weight => weight.Name).ToArray(), layer.Kind);
            foreach (var (entry, weight) in state.Zip(description.Weights))
                Assert.AreSame(entry.Value, weight.Tensor, $"{layer.Kind}: {weight.Name}");
        }
        // One kind for one class.
        var kinds = typeof(LayerKinds).GetFields().Select(field => (field.Name, field.GetRawConstantValue()));
        CollectionAssert.AreEquivalent(kinds.ToArray(),
            layers.Select(layer => (layer.GetType().Name, (object?)layer.Kind)).Distinct().ToArray());
    }

    [TestMethod]
    public void A_description_stays_as_it_is_and_knows_what_it_lacks()
    {
        var bare = new LayerDescription("mine");
        var more = bare.With("size", 3).With("share", 0.5);
        Assert.IsEmpty(bare.Attributes);
        Assert.AreEqual(3, more.Get<int>("size"));
        Assert.IsFalse(more.TryGet<int>("share", out _), "a double");
        StringAssert.Contains(Assert.ThrowsExactly<ArgumentException>(() => more.Get<Size2d>("kernel")).Message,
            "'mine' has no attribute 'kernel' of type Size2d");
        StringAssert.Contains(Assert.ThrowsExactly<ArgumentException>(() => more.With("size", 4)).Message, "'size' twice");
        Assert.AreEqual(0, more.MultiplyAdds(100));
        Assert.AreEqual(250, more.WithMultiplyAdds(2.5).MultiplyAdds(100));
        using var one = zeros(1);
        Assert.ThrowsExactly<ArgumentException>(() => more.WithWeight("weight", one).WithWeight("weight", one));
        Assert.IsNull(more.WithWeight("bias", null).Weight("bias"));
    }

    [TestMethod]
    public void A_shape_says_where_the_batch_is()
    {
        Assert.AreEqual("N × 64 × 7 × 7", $"{TensorShape.Between([1, 64, 7, 7], 1, [0, 64, 7, 7], 0)}");
        Assert.AreEqual("49N × 64", $"{TensorShape.Between([49, 64], 1, [98, 64], 2)}");
        Assert.AreEqual("1 + N × 2", $"{TensorShape.Between([2, 2], 1, [3, 2], 2)}");
        Assert.IsNull(TensorShape.Between([1, 2], 1, [2], 2));
        var folded = TensorShape.Between([49, 64], 1, [98, 64], 2)!;
        Assert.AreEqual(-1, folded.BatchAxis);
        CollectionAssert.AreEqual(new[] { 49, 64 }, folded.PerImage.ToArray());
        CollectionAssert.AreEqual(new long[] { 147, 64 }, folded.At(3));
        var behind = TensorShape.Between([64, 1], 1, [64, 0], 0)!;
        Assert.AreEqual(1, behind.BatchAxis);
        CollectionAssert.AreEqual(new[] { 64 }, behind.PerImage.ToArray());
        Assert.AreEqual(192, behind.Elements(3));
    }
}
