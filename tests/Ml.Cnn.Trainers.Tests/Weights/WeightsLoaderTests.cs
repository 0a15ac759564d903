using Ml.Cnn.Trainers.Architectures;
using Ml.Cnn.Trainers.Layers;
using Ml.Cnn.Trainers.Weights;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Ml.Cnn.Trainers.Tests.Weights;

/// <summary>Weights in networks with other classes, other channels, and heads that only training uses.</summary>
[TestClass]
public sealed class WeightsLoaderTests
{
    private static readonly Architecture s_resnet = ArchitectureCatalog.Find("resnet18");
    private static readonly NetworkShape s_shape = new(3, 32, 32, 10);

    [TestMethod]
    public void Everything_fits_or_nothing_is_changed()
    {
        using var scope = NewDisposeScope();
        using var source = s_resnet.Build(s_shape);
        using var target = s_resnet.Build(s_shape);
        var report = WeightsLoader.LoadInto(target, s_resnet, s_shape, ModuleState.Of(source));
        Assert.AreEqual(ModuleState.Of(target).Count, report.Loaded.Count);
        Assert.AreEqual(0, report.Adapted.Count + report.Fresh.Count + report.LeftOut.Count);
        var images = randn(2, 3, 32, 32);
        Assert.IsTrue(Score(source, images).equal(Score(target, images)).all().item<bool>());

        using var other = s_resnet.Build(s_shape);
        var before = Score(other, images);
        var without = ModuleState.Of(source).Where(pair => pair.Key != "layer1.0.conv1.weight").Append(new("layer9.weight", ones(1)));
        var refusal = Assert.ThrowsExactly<WeightsFormatException>(() => WeightsLoader.LoadInto(other, s_resnet, s_shape, without));
        Assert.Contains("resnet18", refusal.Message);
        Assert.Contains("1 missing ('layer1.0.conv1.weight')", refusal.Message);
        Assert.Contains("1 unexpected ('layer9.weight')", refusal.Message);
        Assert.IsTrue(before.equal(Score(other, images)).all().item<bool>());
    }

    [TestMethod]
    public void A_head_for_other_classes_is_an_error_or_stays_fresh()
    {
        using var scope = NewDisposeScope();
        using var source = s_resnet.Build(s_shape);
        var shape = s_shape with { Classes = 3 };
        using var target = s_resnet.Build(shape);
        Assert.Contains("replace the head", Assert.ThrowsExactly<WeightsFormatException>(() => WeightsLoader.LoadInto(target, s_resnet, shape, ModuleState.Of(source))).Message);

        var head = ModuleState.Of(target).ToDictionary()["fc.weight"].clone();
        var report = WeightsLoader.LoadInto(target, s_resnet, shape, ModuleState.Of(source), replaceHead: true);
        CollectionAssert.AreEqual(new[] { "fc.weight", "fc.bias" }, report.Fresh.ToArray());
        Assert.IsTrue(head.equal(ModuleState.Of(target).ToDictionary()["fc.weight"]).all().item<bool>());

        // A head for as many classes is loaded, and weights of a trunk alone need none.
        using var same = s_resnet.Build(s_shape);
        Assert.IsEmpty(WeightsLoader.LoadInto(same, s_resnet, s_shape, ModuleState.Of(source), replaceHead: true).Fresh);
        var trunk = ModuleState.Of(source).Where(pair => !s_resnet.IsHead(pair.Key));
        CollectionAssert.AreEqual(new[] { "fc.weight", "fc.bias" }, WeightsLoader.LoadInto(same, s_resnet, s_shape, trunk, replaceHead: true).Fresh.ToArray());
    }

    /// <summary>Equal channels are what a gray picture is in RGB; a fourth channel must have no say.</summary>
    [TestMethod]
    public void The_first_convolution_answers_gray_and_RGBA_as_it_answered_RGB()
    {
        using var scope = NewDisposeScope();
        using var rgb = s_resnet.Build(s_shape);
        var images = randn(2, 3, 32, 32);
        foreach (var channels in (int[])[1, 4])
        {
            var shape = s_shape with { Channels = channels };
            using var target = s_resnet.Build(shape);
            var report = WeightsLoader.LoadInto(target, s_resnet, shape, ModuleState.Of(rgb));
            CollectionAssert.AreEqual(new[] { "conv1.weight" }, report.Adapted.ToArray());
            var (ours, theirs) = channels == 1
                ? (images[.., 1..2], images[.., 1..2].expand(2, 3, 32, 32))
                : (cat([images, randn(2, 1, 32, 32)], 1), images);
            Assert.IsTrue(Score(target, ours).allclose(Score(rgb, theirs), 1e-4, 1e-4), $"{channels} channels");
        }
        using var two = s_resnet.Build(s_shape with { Channels = 2 });
        Assert.ThrowsExactly<WeightsFormatException>(() => WeightsLoader.LoadInto(two, s_resnet, s_shape with { Channels = 2 }, ModuleState.Of(rgb)));
        Assert.ThrowsExactly<ArgumentException>(() => WeightsLoader.AdaptFirstConvolution(ones(4, 3, 2, 2), 2));
        Assert.ThrowsExactly<ArgumentException>(() => WeightsLoader.AdaptFirstConvolution(ones(4, 1, 2, 2), 1));
    }

    [TestMethod]
    public void Counts_of_batches_may_be_missing_as_in_files_before_PyTorch_0_4_1()
    {
        using var scope = NewDisposeScope();
        using var source = s_resnet.Build(s_shape);
        using var target = s_resnet.Build(s_shape);
        var report = WeightsLoader.LoadInto(target, s_resnet, s_shape, ModuleState.Of(source).Where(pair => !pair.Key.EndsWith("num_batches_tracked", StringComparison.Ordinal)));
        Assert.AreEqual(20, report.Fresh.Count);
    }

    /// <summary>A network whose second head is part of its state, but not of scoring, as GoogLeNet's are.</summary>
    [TestMethod]
    public void Heads_that_only_training_uses_may_be_missing_different_or_too_many()
    {
        using var scope = NewDisposeScope();
        var architecture = s_resnet with { Name = "two heads", Head = "fc", Build = shape => new TwoHeads(shape.Classes) };
        using var source = architecture.Build(s_shape);
        using var target = architecture.Build(s_shape);
        var all = ModuleState.Of(source);
        CollectionAssert.AreEqual(new[] { "aux.weight", "aux.bias" }, WeightsLoader.LoadInto(target, architecture, s_shape, all.Where(pair => !pair.Key.StartsWith("aux", StringComparison.Ordinal))).Fresh.ToArray());
        Assert.IsTrue(target.training);
        CollectionAssert.AreEqual(new[] { "AuxLogits.fc.weight" }, WeightsLoader.LoadInto(target, architecture, s_shape, all.Append(new("AuxLogits.fc.weight", ones(1)))).LeftOut.ToArray());
        var shape = s_shape with { Classes = 3 };
        using var three = architecture.Build(shape);
        CollectionAssert.AreEqual(new[] { "aux.weight", "aux.bias", "fc.weight", "fc.bias" }, WeightsLoader.LoadInto(three, architecture, shape, all, replaceHead: true).Fresh.ToArray());
        Assert.ThrowsExactly<WeightsFormatException>(() => WeightsLoader.LoadInto(target, architecture, s_shape, all.Where(pair => pair.Key != "conv.weight")));
    }

    private static Tensor Score(Module<Tensor, Tensor> network, Tensor images)
    {
        network.eval();
        using var _ = no_grad();
        return network.call(images);
    }

    private sealed class TwoHeads : Module<Tensor, Tensor>
    {
        private readonly Conv2d conv = new(3, 4, kernel: 1);
        private readonly AdaptiveAvgPool2d pool = new(1);
        private readonly Flatten flatten = new();
        private readonly Linear aux;
        private readonly Linear fc;

        public TwoHeads(int classes) : base("TwoHeads")
        {
            aux = new(4, classes);
            fc = new(4, classes);
            RegisterComponents();
        }

        public override Tensor forward(Tensor input)
        {
            var features = flatten.call(pool.call(conv.call(input)));
            return training ? fc.call(features) + aux.call(features) : fc.call(features);
        }
    }
}
