using Microsoft.ML;
using Ml.Cnn.Trainers.Architectures;
using Ml.Cnn.Trainers.Architectures.Described;
using Ml.Cnn.Trainers.Compilation;
using Ml.Cnn.Trainers.Graph;
using Ml.Cnn.Trainers.Runtime;
using Ml.Cnn.Trainers.Weights;
using static TorchSharp.torch;

namespace Ml.Cnn.Trainers.Tests.Architectures;

/// <summary>Networks that are given as data are built, trained and kept as those that code builds.</summary>
[TestClass]
public sealed class DescribedNetworkTests
{
    // Every kind whose place in a network is not held by a family of the catalog: what copies, files and meta tensors make of it.
    private const string Layers = """
        stem.pad pad2d input before=0x1 behind=2 value=-1
        stem.conv conv2d stem.pad in=3 out=6 kernel=3 stride=2 bias=no
        stem.norm channel_affine stem.conv channels=6
        stem.clip clip stem.norm minimum=-1 maximum=2.5
        half affine stem.clip slope=0.5 offset=0.25
        pool avg_pool2d half kernel=3 stride=2 padding=1 counts_padding=no
        pixels permute pool dimensions=0,2,3,1
        features channel_affine pixels channels=6 bias=no last=yes
        back permute features dimensions=0,3,1,2
        scale.mean adaptive_avg_pool2d back
        scale.row flatten scale.mean
        scale.fc linear scale.row in=6 out=6
        scale.gate sigmoid scale.fc
        scale.map reshape scale.gate shape=6,1,1
        scaled multiply back scale.map
        twice add scaled scaled
        relu relu twice
        conv conv2d relu in=6 out=6 kernel=3 padding=1
        act relu conv
        again again act layer=conv
        act2 relu again
        tail maxout act2 pieces=2
        rows flatten tail
        head.fc linear rows in=60 out=10
        """;

    private static Architecture Small() => new("small.onnx", LayerGraph.Parse(Layers))
    {
        ImageSize = 16,
        DefaultClasses = 10,
        Head = "head.fc",
        Stages = [["stem"], ["features", "scale", "conv"], ["head"]],
    };

    [TestMethod]
    public void The_text_says_the_whole_network()
    {
        var graph = LayerGraph.Parse(Layers);
        Assert.AreEqual(Layers, graph.ToString());
        using var network = RandomState.Build(seed: 1, () => Small().Build(new(3, 16, 16, 10)));
        CollectionAssert.AreEqual(new[] { "stem.conv.weight", "stem.norm.weight", "stem.norm.bias", "features.weight", "scale.fc.weight", "scale.fc.bias",
            "conv.weight", "conv.bias", "head.fc.weight", "head.fc.bias" }, ModuleState.Of(network).Select(entry => entry.Key).ToArray());
    }

    /// <summary>Protects graphs, compiled copies and meta tensors: they give what the layers do, each in every place that it may have.</summary>
    [TestMethod]
    public void Copies_give_what_the_layers_do()
    {
        using var scope = NewDisposeScope();
        using var mode = inference_mode();
        using var network = RandomState.Build(seed: 1, () => Small().Build(new(3, 16, 16, 10)));
        network.eval();
        var graph = NetworkGraph.Trace(network, new(3, 16, 16, 10));
        Assert.IsTrue(graph.IsComplete, string.Join("; ", graph.Missing));
        var images = randn(3, 3, 16, 16);
        var expected = network.call(images);
        Assert.IsTrue(expected.equal(graph.Program().Run(images)).all().item<bool>());
        foreach (var usesOneDnn in OneDnnFusion.IsSupported ? new[] { true, false } : [false])
        {
            using var copy = ScriptedNetwork.Of(graph.Program(), new(Images: 3, ScalarType.Float32, usesOneDnn), CopyOutput.Values, CPU);
            var difference = (copy.Run(images) - expected).abs().max().item<float>();
            Assert.IsLessThan(1e-5f, difference, $"oneDNN {usesOneDnn}");
        }
    }

    /// <summary>Protects training: no activation writes over what a gradient needs, and the gradient of a layer that comes twice is the sum.</summary>
    [TestMethod]
    public void Gradients_are_those_of_the_same_layers_without_overwriting()
    {
        using var scope = NewDisposeScope();
        using var network = RandomState.Build(seed: 1, () => Small().Build(new(3, 16, 16, 10)));
        var images = randn(3, 3, 16, 16);
        var gradients = Gradients();
        Tensor[] undisturbed;
        using (new Ml.Cnn.Trainers.Layers.ForwardTrace((_, _, _) => { }))
            undisturbed = Gradients();
        foreach (var (one, other) in gradients.Zip(undisturbed))
            Assert.IsTrue(one.allclose(other, 1e-6, 1e-6));
        Assert.IsTrue(gradients.All(gradient => gradient.abs().max().item<float>() > 0));

        Tensor[] Gradients()
        {
            network.zero_grad();
            network.call(images).square().sum().backward();
            return [.. network.parameters().Select(parameter => parameter.grad!.clone())];
        }
    }

    /// <summary>Protects models with such a network: saved and loaded, they need nothing but their own file.</summary>
    [TestMethod]
    public void A_model_is_trained_frozen_and_loaded_for_other_classes()
    {
        var mlContext = new MLContext(seed: 1);
        var data = mlContext.Data.GenerateDigits(60, seed: 1, size: 16);
        var options = new CnnOptions { FeatureColumnName = "Image", Epochs = 2, Channels = 3, Freeze = Freezing.Stages, Seed = 1, BatchSize = 10 };
        var model = mlContext.Transforms.Conversion.MapValueToKey("Label").Append(mlContext.MulticlassClassification.Trainers.Cnn(Small(), options)).Fit(data);
        var loaded = Pipelines.Load(mlContext.Save(model));
        Pipelines.AssertSame(Pipelines.Scores(model.Transform(data)), Pipelines.Scores(loaded.Transform(data)));
        var architecture = CnnTransformer.Find(loaded)!.Architecture;
        Assert.IsTrue(architecture.CanBeLoaded && architecture.IsSameNetwork(Small()));
        Assert.HasCount(3, architecture.Stages);
        using var other = architecture.BuildWithoutWeights(new(4, 16, 16, 3));
        var shapes = ModuleState.Of(other).ToDictionary(entry => entry.Key, entry => entry.Value.shape);
        CollectionAssert.AreEqual(new long[] { 3, 60 }, shapes["head.fc.weight"]);
        CollectionAssert.AreEqual(new long[] { 6, 4, 3, 3 }, shapes["stem.conv.weight"]);
        var message = Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => architecture.Build(new(3, 32, 32, 10))).Message;
        StringAssert.Contains(message, "'head.fc' (linear) cannot take");
    }

    /// <summary>Protects those who load a model from a file that somebody wrote by hand: every mistake is named, and nothing is made of it.</summary>
    [TestMethod]
    [DataRow("", "1 to")]
    [DataRow("conv", "a name and a kind are missing")]
    [DataRow("a relu b", "takes 'b', which no layer before it gives")]
    [DataRow("a relu a", "takes 'a'")]
    [DataRow("a relu input\na relu a", "two layers are called 'a'")]
    [DataRow("a relu input\na.b relu a", "'a' is a layer, and another lies under it")]
    [DataRow("a.b relu input\na relu a.b", "'a' is a layer, and another lies under it")]
    [DataRow("a/b relu input", "is no name of a layer")]
    [DataRow("a..b relu input", "is no name of a layer")]
    [DataRow("a relu", "takes nothing")]
    [DataRow("a relu input size=3", "has no attribute 'size'")]
    [DataRow("a system input", "unknown kind 'system'")]
    [DataRow("a conv2d input in=3", "lacks 'out'")]
    [DataRow("a conv2d input in=3 out=99999999999 kernel=3", "cannot have 'out' 99999999999")]
    [DataRow("a conv2d input in=3 out=4 kernel=0", "cannot have 'kernel' 0")]
    [DataRow("a conv2d input in=3 out=4 kernel=3 kernel=4", "'kernel' twice")]
    [DataRow("a conv2d input in=3 out=4 kernel=3 groups=2", "cannot be made")]
    [DataRow("a relu input input", "takes one input, not 2")]
    [DataRow("a again input layer=b", "is that of 'b', which is not before it")]
    [DataRow("a clip input minimum=NaN maximum=1", "cannot have 'minimum' NaN")]
    public void A_text_that_is_no_network_is_refused(string text, string expected)
    {
        var exception = Assert.ThrowsExactly<FormatException>(() =>
        {
            using var module = new DescribedModule(LayerGraph.Parse(text));
        });
        StringAssert.Contains(exception.Message, expected);
    }

    /// <summary>Protects the memory of whoever loads a model: a few bytes of text may ask for any.</summary>
    [TestMethod]
    public void A_model_that_describes_more_weights_than_it_has_is_refused_before_they_are_made()
    {
        var settings = new Dictionary<string, string>(Small().Settings);
        settings["layers"] = settings["layers"].Replace("in=60 out=10", "in=60 out=16777216", StringComparison.Ordinal);
        settings["default_classes"] = "16777216";
        var architecture = DescribedNetwork.Read("small.onnx", settings);
        using var bare = architecture.BuildWithoutWeights(new(3, 16, 16, 16777216));
        Assert.AreEqual(60L * 16777216, bare.get_parameter("head.fc.weight")!.numel());
        Assert.ThrowsExactly<FormatException>(() => DescribedNetwork.Read("small.onnx", new Dictionary<string, string>(settings) { ["method"] = "Main" }));
        Assert.ThrowsExactly<ArgumentException>(() => DescribedNetwork.Read("resnet18", settings));
    }

    /// <summary>Protects whoever describes a network from a kind that has a layer and no entry, or a name of its own.</summary>
    [TestMethod]
    public void Kinds_are_those_of_the_layers()
    {
        var known = typeof(Ml.Cnn.Trainers.Layers.LayerKinds).GetFields().Select(field => (string)field.GetRawConstantValue()!);
        Assert.IsEmpty(DescribedLayers.Kinds.Except(known));
    }
}
