using Ml.Cnn.Trainers.Architectures;
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
        var report = WeightsLoader.LoadInto(target, s_resnet, ModuleState.Of(source));
        Assert.AreEqual(ModuleState.Of(target).Count, report.Loaded.Count);
        Assert.AreEqual(0, report.Adapted.Count + report.Fresh.Count + report.LeftOut.Count);
        var images = randn(2, 3, 32, 32);
        Assert.IsTrue(Score(source, images).equal(Score(target, images)).all().item<bool>());

        using var other = s_resnet.Build(s_shape);
        var before = Score(other, images);
        var without = ModuleState.Of(source).Where(pair => pair.Key != "layer1.0.conv1.weight").Append(new("layer9.weight", ones(1)));
        var refusal = Assert.ThrowsExactly<WeightsFormatException>(() => WeightsLoader.LoadInto(other, s_resnet, without));
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
        Assert.Contains("replace the head", Assert.ThrowsExactly<WeightsFormatException>(() =>
            WeightsLoader.LoadInto(target, s_resnet, ModuleState.Of(source))).Message);

        var head = ModuleState.Of(target).ToDictionary()["fc.weight"].clone();
        var report = WeightsLoader.LoadInto(target, s_resnet, ModuleState.Of(source), replaceHead: true);
        CollectionAssert.AreEqual(new[] { "fc.weight", "fc.bias" }, report.Fresh.ToArray());
        Assert.IsTrue(head.equal(ModuleState.Of(target).ToDictionary()["fc.weight"]).all().item<bool>());

        // A head for as many classes is loaded, and weights of a trunk alone need none.
        using var same = s_resnet.Build(s_shape);
        Assert.IsEmpty(WeightsLoader.LoadInto(same, s_resnet, ModuleState.Of(source), replaceHead: true).Fresh);
        var trunk = ModuleState.Of(source).Where(pair => !s_resnet.IsHead(pair.Key));
        CollectionAssert.AreEqual(new[] { "fc.weight", "fc.bias" }, WeightsLoader.LoadInto(same, s_resnet, trunk, replaceHead: true).Fresh.ToArray());
    }

    /// <summary>Protects weights from a network that was part of another program's module: any prefix goes, several in each other, too.</summary>
    [TestMethod]
    [DataRow("model.")]
    [DataRow("backbone.")]
    [DataRow("module.student.features_extractor.")]
    public void A_prefix_before_the_names_is_found_and_reported(string prefix)
    {
        using var scope = NewDisposeScope();
        using var source = s_resnet.Build(s_shape);
        using var target = s_resnet.Build(s_shape);
        var wrapped = ModuleState.Of(source).Select(pair => KeyValuePair.Create(prefix + pair.Key, pair.Value)).ToArray();
        var report = WeightsLoader.LoadInto(target, s_resnet, wrapped);
        Assert.AreEqual(prefix, report.Prefix);
        var images = randn(2, 3, 32, 32);
        Assert.IsTrue(Score(source, images).equal(Score(target, images)).all().item<bool>());

        // Another program's head beside it is no part of a trunk, and an error where the head is to be kept.
        var trunk = wrapped.Where(pair => !pair.Key.Contains(".fc.", StringComparison.Ordinal)).Append(new("projection.weight", ones(2, 2))).ToArray();
        CollectionAssert.AreEqual(new[] { "projection.weight" }, WeightsLoader.LoadInto(target, s_resnet, trunk, replaceHead: true).LeftOut.ToArray());
        var refusal = Assert.ThrowsExactly<WeightsFormatException>(() => WeightsLoader.LoadInto(target, s_resnet, trunk)).Message;
        Assert.Contains($"'{prefix}'", refusal);
        Assert.Contains("'projection.weight'", refusal);
    }

    [TestMethod]
    public void Names_that_do_not_fit_are_shown_beside_those_that_may_be_meant_and_classes_are_not_blamed()
    {
        using var scope = NewDisposeScope();
        using var source = s_resnet.Build(s_shape);
        using var target = s_resnet.Build(s_shape with { Classes = 3 });
        var renamed = ModuleState.Of(source)
            .Select(pair => KeyValuePair.Create(pair.Key.Replace("layer1.0.conv1", "layer1.0.conv_1", StringComparison.Ordinal), pair.Value));
        var refusal = Assert.ThrowsExactly<WeightsFormatException>(() => WeightsLoader.LoadInto(target, s_resnet, renamed)).Message;
        Assert.Contains("'layer1.0.conv1.weight' may be 'layer1.0.conv_1.weight'", refusal);
        Assert.DoesNotContain("number of classes", refusal);
    }

    /// <summary>Equal channels are what a gray image is in RGB; a fourth channel must have no say.</summary>
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
            var report = WeightsLoader.LoadInto(target, s_resnet, ModuleState.Of(rgb));
            CollectionAssert.AreEqual(new[] { "conv1.weight" }, report.Adapted.ToArray());
            var (ours, theirs) = channels == 1
                ? (images[.., 1..2], images[.., 1..2].expand(2, 3, 32, 32))
                : (cat([images, randn(2, 1, 32, 32)], 1), images);
            Assert.IsTrue(Score(target, ours).allclose(Score(rgb, theirs), 1e-4, 1e-4), $"{channels} channels");
        }
        using var two = s_resnet.Build(s_shape with { Channels = 2 });
        Assert.ThrowsExactly<WeightsFormatException>(() => WeightsLoader.LoadInto(two, s_resnet, ModuleState.Of(rgb)));
        Assert.ThrowsExactly<ArgumentException>(() => WeightsLoader.AdaptFirstConvolution(ones(4, 3, 2, 2), 2));
        Assert.ThrowsExactly<ArgumentException>(() => WeightsLoader.AdaptFirstConvolution(ones(4, 1, 2, 2), 1));
    }

    [TestMethod]
    public void Counts_of_batches_may_be_missing_as_in_files_before_PyTorch_0_4_1()
    {
        using var scope = NewDisposeScope();
        using var source = s_resnet.Build(s_shape);
        using var target = s_resnet.Build(s_shape);
        var report = WeightsLoader.LoadInto(target, s_resnet, ModuleState.Of(source)
            .Where(pair => !pair.Key.EndsWith("num_batches_tracked", StringComparison.Ordinal)));
        Assert.AreEqual(20, report.Fresh.Count);
    }

    [TestMethod]
    public void Auxiliary_heads_may_be_missing_different_or_too_many()
    {
        using var scope = NewDisposeScope();
        var googLeNet = GoogLeNet.Create();
        using var source = googLeNet.Build(s_shape);
        using var target = googLeNet.Build(s_shape);
        var all = ModuleState.Of(source);
        string[] auxiliary = [.. all.Select(pair => pair.Key).Where(name => name.StartsWith("aux", StringComparison.Ordinal))];
        Assert.IsNotEmpty(auxiliary);
        CollectionAssert.AreEqual(auxiliary, WeightsLoader.LoadInto(target, googLeNet, all.Where(pair => !auxiliary.Contains(pair.Key))).Fresh.ToArray());

        var withoutHeads = GoogLeNet.Create(auxiliaryHeads: false);
        using var plain = withoutHeads.Build(s_shape);
        CollectionAssert.AreEqual(auxiliary, WeightsLoader.LoadInto(plain, withoutHeads, all).LeftOut.ToArray());

        using var three = googLeNet.Build(s_shape with { Classes = 3 });
        var fresh = WeightsLoader.LoadInto(three, googLeNet, all, replaceHead: true).Fresh;
        CollectionAssert.AreEquivalent(new[] { "aux1.fc2.weight", "aux1.fc2.bias", "aux2.fc2.weight", "aux2.fc2.bias", "fc.weight", "fc.bias" },
            fresh.ToArray());
    }

    private static Tensor Score(Module<Tensor, Tensor> network, Tensor images)
    {
        network.eval();
        using var _ = no_grad();
        return network.call(images);
    }
}
