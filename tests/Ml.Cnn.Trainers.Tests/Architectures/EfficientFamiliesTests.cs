using Ml.Cnn.Trainers.Architectures;
using Ml.Cnn.Trainers.Inspection;
using Ml.Cnn.Trainers.Layers;
using Ml.Cnn.Trainers.Runtime;
using Ml.Cnn.Trainers.Weights;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Ml.Cnn.Trainers.Tests.Architectures;

/// <summary>MobileNet, ShuffleNet, EfficientNet, RegNet and ConvNeXt: what their papers state and torchvision's files do not test.</summary>
[TestClass]
[DoNotParallelize]
public sealed class EfficientFamiliesTests
{
    // Howard et al. 2017, tables 6 and 7: millions of multiply-adds and of parameters.
    [TestMethod]
    [DataRow(1.0, 224, 569, 4.2)]
    [DataRow(0.75, 224, 325, 2.6)]
    [DataRow(0.5, 224, 149, 1.3)]
    [DataRow(0.25, 224, 41, 0.5)]
    [DataRow(1.0, 192, 418, 4.2)]
    [DataRow(1.0, 160, 290, 4.2)]
    [DataRow(1.0, 128, 186, 4.2)]
    public void MobileNet_costs_what_its_paper_says(double width, int size, int multiplyAdds, double parameters)
    {
        var (millions, count) = Cost(MobileNetV1.Create(width), size);
        Assert.AreEqual(multiplyAdds, millions, 1.0);
        Assert.AreEqual(parameters, count / 1e6, 0.06);
        if (width == 1)
            Assert.AreEqual(4_231_976, count); // as Keras counts it
    }

    // Zhang et al. 2017, tables 1 and 2: millions of multiply-adds.
    [TestMethod]
    [DataRow(1, 1.0, 143)]
    [DataRow(2, 1.0, 140)]
    [DataRow(3, 1.0, 137)]
    [DataRow(4, 1.0, 133)]
    [DataRow(8, 1.0, 137)]
    [DataRow(3, 0.5, 38)]
    public void ShuffleNet_costs_what_its_paper_says(int groups, double scale, int multiplyAdds) =>
        Assert.AreEqual(multiplyAdds, Cost(ShuffleNetV1.Create(groups, scale), 224).Millions, 0.06 * multiplyAdds);

    // Sandler et al. 2018, table 4, and Howard et al. 2019, table 3.
    [TestMethod]
    public void The_later_MobileNets_cost_what_their_papers_say()
    {
        Assert.AreEqual(300, Cost(MobileNetV2.Create(), 224).Millions, 3);
        Assert.AreEqual(585, Cost(MobileNetV2.Create(1.4), 224).Millions, 5);
        Assert.AreEqual(219, Cost(MobileNetV3.CreateLarge(), 224).Millions, 3);
        Assert.AreEqual(56, Cost(MobileNetV3.CreateSmall(), 224).Millions, 1);
    }

    // Radosavovic et al. 2020, figures 16 and 17.
    [TestMethod]
    public void RegNets_stages_follow_from_the_line()
    {
        Same("regnet_x_400mf", new(22, 24, 24.48, 2.54, 16), [1, 2, 7, 12], [32, 64, 160, 400]);
        Same("regnet_x_3_2gf", new(25, 88, 26.31, 2.25, 48), [2, 6, 15, 2], [96, 192, 432, 1008]);
        Same("regnet_y_400mf", new(16, 48, 27.89, 2.09, 8), [1, 3, 6, 6], [48, 104, 208, 440]);
        Same("regnet_y_8gf", new(17, 192, 76.82, 2.19, 56), [2, 4, 10, 1], [224, 448, 896, 2016]);

        static void Same(string name, RegNet.Line line, int[] blocks, int[] widths)
        {
            CollectionAssert.AreEqual(blocks, line.Stages().Select(stage => stage.Blocks).ToArray(), name);
            CollectionAssert.AreEqual(widths, line.Stages().Select(stage => stage.Width).ToArray(), name);
        }
    }

    [TestMethod]
    public void EfficientNet_grows_by_a_rule()
    {
        // B7: https://github.com/tensorflow/tpu, models/official/efficientnet: round_filters and round_repeats at 2.0 and 3.1.
        var b7 = EfficientNet.Scaled(depth: 3.1, width: 2);
        CollectionAssert.AreEqual(new[] { 32, 48, 80, 160, 224, 384, 640 }, b7.Select(row => row.Outputs).ToArray());
        CollectionAssert.AreEqual(new[] { 4, 7, 7, 10, 10, 13, 4 }, b7.Select(row => row.Layers).ToArray());
        Assert.AreEqual(64, b7[0].Inputs);

        // φ = 1 is depth 1.2 and width 1.1: B2 in all but the published crop. φ = 0 is B0.
        CollectionAssert.AreEqual(State(EfficientNet.Create(EfficientNetVariant.B2)), State(EfficientNet.CreateScaled(1)));
        CollectionAssert.AreEqual(State(EfficientNet.Create()), State(EfficientNet.CreateScaled(0)));
        Assert.AreEqual(224, EfficientNet.CreateScaled(0).ImageSize);
        Assert.AreEqual(256, EfficientNet.CreateScaled(1).ImageSize); // 224 · 1.15 = 257.6
    }

    [TestMethod]
    public void Stochastic_depth_rises_to_the_last_block()
    {
        using var efficient = EfficientNet.Create(stochasticDepth: 0.4).Build(new(3, 32, 32, 2));
        var rates = efficient.modules().OfType<StochasticDepth>().Select(layer => layer.Probability).ToArray();
        CollectionAssert.AreEqual(rates.Order().ToArray(), rates);
        Assert.AreEqual(0.4 * 14 / 16, rates[^1], 1e-12); // the sixteenth block changes the width and has no shortcut
        using var convnext = ConvNeXt.Create(stochasticDepth: 0.3).Build(new(3, 32, 32, 2));
        rates = [.. convnext.modules().OfType<StochasticDepth>().Select(layer => layer.Probability)];
        Assert.AreEqual((0.0, 0.3), (rates[0], rates[^1]));
    }

    /// <summary>Protects weights from before torchvision 0.5, whose stem had one width for all networks.</summary>
    [TestMethod]
    public void MNASNets_stem_may_have_the_channels_of_its_first_version()
    {
        using var scope = NewDisposeScope();
        long[] Stem(bool scaled)
        {
            using var network = MnasNet.Create(0.5, scaledStem: scaled).BuildWithoutWeights(new(3, 224, 224, 1000));
            var state = ModuleState.Of(network).ToDictionary();
            return [state["layers.0.weight"].shape[0], state["layers.3.weight"].shape[0], state["layers.6.weight"].shape[0]];
        }
        CollectionAssert.AreEqual(new long[] { 16, 16, 8 }, Stem(scaled: true));
        CollectionAssert.AreEqual(new long[] { 32, 32, 16 }, Stem(scaled: false));
    }

    [TestMethod]
    public void Options_reach_every_variant()
    {
        Assert.AreEqual("mobilenet_v1", new MobileNetOptions { Variant = MobileNetVariant.V1 }.ToArchitecture().Name);
        Assert.AreEqual("mobilenet_v2", new MobileNetOptions().ToArchitecture().Name);
        Assert.AreEqual("mobilenet_v3_small", new MobileNetOptions { Variant = MobileNetVariant.V3Small }.ToArchitecture().Name);
        Assert.AreEqual("mobilenet_v3_large", new MobileNetOptions { Variant = MobileNetVariant.V3Large }.ToArchitecture().Name);
        Assert.AreEqual("shufflenet_v1", new ShuffleNetOptions { Variant = ShuffleNetVariant.V1, Scale = 0.7, Groups = 8 }.ToArchitecture().Name);
        foreach (var (scale, name) in ((double, string)[])[(0.5, "x0_5"), (1, "x1_0"), (1.5, "x1_5"), (2, "x2_0")])
            Assert.AreEqual($"shufflenet_v2_{name}", new ShuffleNetOptions { Scale = scale }.ToArchitecture().Name);
        CollectionAssert.AreEqual(
            MnasNet.All.Select(architecture => architecture.Name).ToArray(),
            ((double[])[0.5, 0.75, 1, 1.3]).Select(width => new MnasNetOptions { WidthMultiplier = width }.ToArchitecture().Name).ToArray());
        CollectionAssert.AreEqual(
            EfficientNet.All.Select(architecture => architecture.Name).ToArray(),
            Enum.GetValues<EfficientNetVariant>().Select(variant => new EfficientNetOptions { Variant = variant }.ToArchitecture().Name).ToArray());
        CollectionAssert.AreEqual(
            RegNet.All.Select(architecture => architecture.Name).ToArray(),
            new[] { true, false }.SelectMany(y => Enum.GetValues<RegNetVariant>().Where(size => y || size != RegNetVariant.GF128)
                .Select(size => new RegNetOptions { Variant = size, SqueezeExcitation = y }.ToArchitecture().Name)).ToArray());
        CollectionAssert.AreEqual(
            ConvNeXt.All.Select(architecture => architecture.Name).ToArray(),
            Enum.GetValues<ConvNeXtVariant>().Select(size => new ConvNeXtOptions { Variant = size }.ToArchitecture().Name).ToArray());
    }

    [TestMethod]
    public void What_does_not_exist_is_refused_with_what_does()
    {
        StringAssert.Contains(Refused(() => ShuffleNetV2.Create(0.75)), "0.5, 1, 1.5, 2");
        StringAssert.Contains(Refused(() => MnasNet.Create(2)), "0.5, 0.75, 1, 1.3");
        Refused(() => MnasNet.Create(normMomentum: 0));
        StringAssert.Contains(Refused(() => ShuffleNetV1.Create(5)), "1, 2, 3, 4, 8");
        StringAssert.Contains(Refused(() => RegNet.Create(RegNetVariant.GF128, squeezeExcitation: false)), "GF32");
        StringAssert.Contains(Refused(() => EfficientNet.Create((EfficientNetVariant)99)), "V2L");
        StringAssert.Contains(Refused(() => ConvNeXt.Create((ConvNeXtVariant)9)), "Tiny");
        Refused(() => new MobileNetOptions { Variant = (MobileNetVariant)9 }.ToArchitecture());
        Refused(() => new EfficientNetOptions { Variant = EfficientNetVariant.B3, CompoundCoefficient = 1 }.ToArchitecture());
        Refused(() => EfficientNet.CreateScaled(11));
        foreach (var factor in (double[])[0, -1, 11, double.NaN])
        {
            Refused(() => MobileNetV1.Create(factor));
            Refused(() => MobileNetV2.Create(factor));
            Refused(() => MobileNetV3.CreateSmall(factor));
            Refused(() => ShuffleNetV1.Create(scale: factor));
        }
        Refused(() => MobileNetV2.Create(dropout: 1));
        Refused(() => ConvNeXt.Create(stochasticDepth: 1));

        static string Refused(Func<Architecture> create) => Assert.ThrowsExactly<ArgumentOutOfRangeException>(create).Message;
    }

    [TestMethod]
    public void Settings_come_back()
    {
        Architecture[] chosen =
        [
            MobileNetV1.Create(0.5, 0.1), MobileNetV2.Create(1.4, 0.3), MobileNetV3.CreateLarge(0.75, 0.4), ShuffleNetV1.Create(8, 0.5),
            EfficientNet.Create(EfficientNetVariant.B1, 0.1, 0.3), EfficientNet.CreateScaled(0.5, 0.3, 0.1), ConvNeXt.Create(ConvNeXtVariant.Small, 0.2),
        ];
        foreach (var architecture in chosen)
        {
            var again = ArchitectureCatalog.Find(architecture.Name).With(architecture.Settings);
            CollectionAssert.AreEquivalent(architecture.Settings.ToArray(), again.Settings.ToArray(), architecture.Name);
            Assert.AreEqual(architecture.ImageSize, again.ImageSize);
            CollectionAssert.AreEqual(State(architecture), State(again), architecture.Name);
            foreach (var name in architecture.Settings.Keys)
            {
                var wrong = new Dictionary<string, string>(architecture.Settings) { [name] = "1e9" };
                Assert.ThrowsExactly<FormatException>(() => architecture.With(wrong), $"{architecture.Name} {name}");
            }
        }
        Assert.ThrowsExactly<FormatException>(() => EfficientNet.Create(EfficientNetVariant.B1).With(new Dictionary<string, string> { ["coefficient"] = "1" }));
    }

    [TestMethod]
    [DataRow("mobilenet_v1")]
    [DataRow("mobilenet_v2")]
    [DataRow("mobilenet_v3_small")]
    [DataRow("shufflenet_v1")]
    [DataRow("shufflenet_v2_x0_5")]
    [DataRow("efficientnet_b0")]
    [DataRow("efficientnet_v2_s")]
    [DataRow("regnet_y_400mf")]
    [DataRow("convnext_tiny")]
    public void Bfloat16_products_train_float32_weights(string name)
    {
        using var scope = NewDisposeScope();
        manual_seed(1);
        var shape = new NetworkShape(3, 32, 32, 5);
        using var network = ArchitectureCatalog.Find(name).Build(shape);
        var images = randn(4, 3, 32, 32).permute(0, 2, 3, 1).contiguous().permute(0, 3, 1, 2);
        var cost = new NetworkCost(1);
        new ExecutionPlan(CPU, cost, ChannelsLast: true, ComputeType: null).Prepare(network).eval();
        using var exact = network.call(images).detach();

        new ExecutionPlan(CPU, cost, ChannelsLast: true, ComputeType: ScalarType.BFloat16).Prepare(network);
        using var coarse = network.call(images).to(float32);
        Assert.IsLessThan(0.1f, ((coarse - exact).norm() / exact.norm()).item<float>(), "bfloat16 has eight bits: the scores agree roughly");

        network.train();
        var layouts = new List<string>();
        using (new ForwardTrace((layer, _, output) =>
        {
            if (layer is Trainers.Layers.Conv2d or Trainers.Layers.ChannelShuffle && output.shape[2] > 1 && output.stride(1) != 1)
                layouts.Add(layer.Kind);
        }))
        {
            network.call(images);
        }
        Assert.IsEmpty(layouts, "channels stay last from the images to the head");
        functional.cross_entropy(network.call(images).to(float32), tensor(new long[] { 0, 1, 2, 3 })).backward();
        foreach (var (path, parameter) in network.named_parameters())
        {
            Assert.AreEqual(ScalarType.Float32, parameter.dtype, path);
            Assert.AreEqual(ScalarType.Float32, parameter.grad!.dtype, path);
            Assert.IsTrue(parameter.grad.isfinite().all().item<bool>(), path);
        }
    }

    private static string[] State(Architecture architecture)
    {
        using var network = architecture.BuildWithoutWeights(new(3, 224, 224, 10));
        return [.. ModuleState.Of(network).Select(entry => $"{entry.Key} {string.Join(" × ", entry.Value.shape)}")];
    }

    private static (double Millions, long Parameters) Cost(Architecture architecture, int size)
    {
        var summary = CnnSummary.Of(architecture, classes: 1000, imageSize: size);
        return (summary.MultiplyAdds!.Value / 1e6, summary.Parameters);
    }
}
