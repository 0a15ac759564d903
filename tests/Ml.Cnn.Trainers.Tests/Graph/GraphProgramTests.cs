using Ml.Cnn.Trainers.Architectures;
using Ml.Cnn.Trainers.Graph;
using Ml.Cnn.Trainers.Inspection;
using Ml.Cnn.Trainers.Layers;
using Ml.Cnn.Trainers.Weights;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;
using Conv2d = Ml.Cnn.Trainers.Layers.Conv2d;
using Linear = Ml.Cnn.Trainers.Layers.Linear;
using Sequential = Ml.Cnn.Trainers.Layers.Sequential;

namespace Ml.Cnn.Trainers.Tests.Graph;

/// <summary>Running a network node by node, whole or in part, and with operations replaced.</summary>
[TestClass]
public sealed class GraphProgramTests
{
    // The smallest network of each family stands for it.
    public static IEnumerable<string[]> Families() => ArchitectureCatalog.All.GroupBy(architecture => architecture.Family)
        .Select(family => new[] { family.MinBy(architecture => CnnSummary.Of(architecture).Parameters)!.Name });

    /// <summary>Protects every later export: kinds, attributes, weights and edges are enough, no layer has to be run.</summary>
    [TestMethod]
    [DynamicData(nameof(Families))]
    public void Replaying_the_descriptions_gives_the_network_s_own_output_bit_for_bit(string name)
    {
        var architecture = ArchitectureCatalog.Find(name);
        var size = architecture.MinimumImageSize + 2;
        var shape = new NetworkShape(architecture.Channels, size, size, Classes: 3);
        using var scope = NewDisposeScope();
        using var mode = inference_mode();
        manual_seed(1);
        using var network = architecture.Build(shape);
        network.eval();
        var images = randn(3, shape.Channels, size, size);
        var graph = NetworkGraph.Trace(network, shape);
        var program = graph.Program();
        foreach (var node in program.Nodes)
            program = program.Replacing(node, inputs => DescribedOperation.Compute(node.Description!, inputs));
        var (expected, replayed) = (network.call(images), program.Run(images));
        Assert.IsTrue(expected.equal(replayed).all().item<bool>(), $"{(expected - replayed).abs().max().item<float>()} apart");
    }

    [TestMethod]
    public void Every_network_s_graph_is_complete_and_describes_each_node_for_a_batch_of_any_size()
    {
        using var scope = NewDisposeScope();
        using var mode = inference_mode();
        foreach (var architecture in ArchitectureCatalog.All)
        {
            var shape = new NetworkShape(architecture.Channels, architecture.ImageSize, architecture.ImageSize, Classes: 7);
            using var bare = architecture.BuildWithoutWeights(shape);
            bare.eval();
            var graph = NetworkGraph.Trace(bare, shape);
            Assert.IsTrue(graph.IsComplete, $"{architecture.Name}: {string.Join("; ", graph.Missing)}");
            Assert.AreEqual("N × 7", $"{graph.Output!.Shape}", architecture.Name);
            CollectionAssert.AreEqual(graph.Nodes.ToArray(), graph.Program().Nodes.ToArray(), $"{architecture.Name}: every node has a part in the output");
            var names = ModuleState.Of(bare).Select(entry => entry.Key).ToHashSet();
            foreach (var node in graph.Nodes)
            {
                Assert.AreEqual(AxisLength.Batch, node.Shape[0], $"{architecture.Name}: {node}");
                Assert.AreEqual(0, node.Shape.BatchAxis, $"{architecture.Name}: {node}");
                foreach (var weight in node.Description!.Weights)
                    Assert.Contains(node.StateName(weight), names, architecture.Name);
            }
            // What no node names is a part of the auxiliary heads, which only training uses.
            var named = graph.Nodes.SelectMany(node => node.Description!.Weights.Select(node.StateName)).ToHashSet();
            foreach (var entry in names.Where(entry => !named.Contains(entry)))
                Assert.IsTrue(architecture.IsAuxiliaryHead(entry), $"{architecture.Name}: {entry}");

            using (new ForwardTrace(Check(graph, architecture.Name)))
                bare.call(zeros([5, shape.Channels, shape.Height, shape.Width], device: META));
        }

        static Action<ILayer, IReadOnlyList<Tensor>, Tensor> Check(NetworkGraph graph, string name)
        {
            var next = 0;
            return (_, _, output) => CollectionAssert.AreEqual(graph.Nodes[next].Shape.At(5), output.shape, $"{name}: {graph.Nodes[next++]}");
        }
    }

    /// <summary>Protects the seam that a folded copy for scoring needs: an operation replaced, a node left out.</summary>
    [TestMethod]
    public void Batch_normalization_folded_into_the_convolution_before_it_gives_the_same_scores()
    {
        var shape = new NetworkShape(3, 64, 64, Classes: 10);
        using var scope = NewDisposeScope();
        using var mode = inference_mode();
        manual_seed(1);
        using var network = ArchitectureCatalog.Find("resnet18").Build(shape);
        foreach (var (name, tensor) in ModuleState.Of(network))
        {
            if (name.EndsWith("running_mean", StringComparison.Ordinal))
                tensor.uniform_(-0.2, 0.2);
            else if (name.EndsWith("running_var", StringComparison.Ordinal))
                tensor.uniform_(0.5, 2);
        }
        network.eval();
        var graph = NetworkGraph.Trace(network, shape);
        var program = graph.Program();
        var folded = 0;
        foreach (var norm in graph.Nodes.Where(node => node.Kind == LayerKinds.BatchNorm2d && node.Inputs[0].Kind == LayerKinds.Conv2d))
        {
            var convolution = norm.Inputs[0];
            var (weight, bias) = Folded(convolution.Description!, norm.Description!);
            program = program.Without(norm).Replacing(convolution, inputs => Convolve(convolution.Description!, inputs[0], weight, bias));
            folded++;
        }
        Assert.AreEqual(20, folded);
        var images = randn(4, 3, 64, 64);
        var (expected, scores) = (functional.softmax(network.call(images), 1), functional.softmax(program.Run(images), 1));
        Assert.IsLessThan(1e-5f, (expected - scores).abs().max().item<float>());
        Assert.IsTrue(functional.softmax(graph.Program().Run(images), 1).equal(expected).all().item<bool>(), "the network and its program are as they were");
    }

    [TestMethod]
    public void A_program_from_a_node_on_and_one_up_to_it_make_the_whole()
    {
        using var scope = NewDisposeScope();
        manual_seed(1);
        foreach (var name in (string[])["resnet18", "densenet121", "googlenet", "convnext_tiny"])
        {
            var architecture = ArchitectureCatalog.Find(name);
            var shape = new NetworkShape(3, 64, 64, Classes: 3);
            using var network = architecture.Build(shape);
            network.eval();
            var graph = NetworkGraph.Trace(network, shape);
            var images = randn(2, 3, 64, 64);
            var features = graph.FirstUnder(architecture.Head)!.Inputs[0];
            var (start, rest) = (graph.UpTo(features), graph.From(features)!);
            using (inference_mode())
            {
                var seen = start.Run(images);
                var before = seen.clone();
                Assert.IsTrue(network.call(images).equal(rest.Run(seen)).all().item<bool>(), name);
                Assert.IsTrue(before.equal(seen).all().item<bool>(), $"{name}: a program leaves its input alone");
            }
            // Training the rest trains the network's own layers.
            rest.Run(start.Run(images).detach()).sum().backward();
            Assert.IsNotNull(network.get_parameter($"{architecture.Head}.weight")!.grad, name);
        }
        // Behind the first convolution of a block, the block's own input is wanted as well.
        using var residual = ArchitectureCatalog.Find("resnet18").BuildWithoutWeights(new(3, 64, 64, 3));
        var blocks = NetworkGraph.Trace(residual, new(3, 64, 64, 3));
        Assert.IsNull(blocks.From(blocks.Find("layer1.0.conv1")!));
        Assert.IsNotNull(blocks.From(blocks.Find("layer1.0.relu_1")!));
        StringAssert.Contains(Assert.ThrowsExactly<ArgumentException>(() => new GraphProgram(blocks.Find("layer1.0.conv1")!, blocks.Output!)).Message,
            "depends on more of the images than layer1.0.conv1 gives");
        StringAssert.Contains(Assert.ThrowsExactly<ArgumentException>(() => blocks.Program().Without(blocks.Find("layer1.0.add")!)).Message, "joins 2 inputs");
        Assert.ThrowsExactly<ArgumentException>(() => blocks.UpTo(blocks.Find("layer1.0.conv1")!).Without(blocks.Output!));
    }

    /// <summary>A layer that writes over its input does so in the network's own order, and not where that order is changed.</summary>
    [TestMethod]
    public void A_node_left_out_does_not_let_the_next_one_write_over_what_others_need()
    {
        using var scope = NewDisposeScope();
        using var mode = inference_mode();
        using var block = new DenseBlock(2, 4, 3);
        block.eval();
        var graph = NetworkGraph.Trace(block, new(4, 5, 5, 1));
        var images = randn(2, 4, 5, 5);
        var program = graph.Program().Without(graph.Find("denselayer1.norm1")!);
        var before = images.clone();
        var output = program.Run(images);
        Assert.IsTrue(images.equal(before).all().item<bool>());
        Assert.IsTrue(output.narrow(1, 0, 4).equal(before).all().item<bool>());
    }

    /// <summary>A network of the user's own may do what no layer does: the graph says so, by name.</summary>
    [TestMethod]
    public void What_is_not_known_of_a_network_is_said_by_name()
    {
        using var scope = NewDisposeScope();
        using var own = new OwnNetwork();
        var graph = NetworkGraph.Trace(own, new(1, 4, 4, 1));
        Assert.IsFalse(graph.IsComplete);
        CollectionAssert.AreEqual(new[] { "fc (Linear)", "what flatten takes", "what makes the output" }, graph.Missing.ToArray());
        Assert.AreEqual("unobserved", graph.Find("flatten")!.Inputs[0].Name);
        Assert.AreEqual("N × 2 × 4 × 4", $"{graph.Find("flatten")!.Inputs[0].Shape}");
        StringAssert.Contains(Assert.ThrowsExactly<InvalidOperationException>(graph.Program).Message, "fc (Linear)");
        StringAssert.Contains(Assert.ThrowsExactly<ArgumentException>(() => graph.UpTo(graph.Find("flatten")!)).Message, "unobserved");
        Assert.IsNull(graph.From(graph.Nodes[0]));

        // A single layer is a network too.
        using var single = new Conv2d(1, 2, 3);
        var one = NetworkGraph.Trace(single, new(1, 4, 4, 1));
        Assert.IsTrue(one.IsComplete);
        Assert.AreEqual("weight", one.Output!.StateName(one.Output.Description!.Weights[0]));
    }

    /// <summary>A batch may lie in another place than the first dimension, or be folded into one: no shape holds the traced batch of one.</summary>
    [TestMethod]
    public void A_batch_that_is_moved_or_folded_stays_a_symbol()
    {
        using var scope = NewDisposeScope();
        using var own = new Sequential(new Permute(1, 0, 2, 3), new FoldedBatch(), new Linear(4, 3));
        var graph = NetworkGraph.Trace(own, new(3, 5, 4, 1));
        Assert.IsTrue(graph.IsComplete);
        CollectionAssert.AreEqual(new[] { "3 × N × 5 × 4", "15N × 4", "15N × 3" }, graph.Nodes.Select(node => $"{node.Shape}").ToArray());
        CollectionAssert.AreEqual(new[] { 3, 5, 4 }, graph.Nodes[0].Shape.PerImage.ToArray());
        Assert.AreEqual(15 * 3 * 4, graph.MultiplyAdds);
    }

    private static (Tensor Weight, Tensor Bias) Folded(LayerDescription convolution, LayerDescription norm)
    {
        var scale = norm.Weight(WeightRoles.Weight)! / (norm.Weight(WeightRoles.RunningVariance)! + norm.Get<double>(LayerAttributes.Epsilon)).sqrt();
        var weight = convolution.Weight(WeightRoles.Weight)! * scale.view(-1, 1, 1, 1);
        var mean = norm.Weight(WeightRoles.RunningMean)!;
        var bias = convolution.Weight(WeightRoles.Bias) is { } own ? own - mean : -mean;
        return (weight, bias * scale + norm.Weight(WeightRoles.Bias)!);
    }

    private static Tensor Convolve(LayerDescription layer, Tensor input, Tensor weight, Tensor bias) =>
        functional.conv2d(input, weight, bias, Pair(layer.Get<Size2d>(LayerAttributes.Stride)), Pair(layer.Get<Size2d>(LayerAttributes.Padding)));

    private static long[] Pair(Size2d size) => [size.Height, size.Width];

    private sealed class FoldedBatch : Layer
    {
        public FoldedBatch() : base("folded_batch") { }

        public override LayerDescription Describe() => new(Kind);

        // Divides by the number of images, as a pass without any cannot.
        protected override Tensor Compute(Tensor input) => input.reshape(input.numel() / input.size(1) / 4 * input.size(1), 4);
    }

    private sealed class OwnNetwork : Module<Tensor, Tensor>
    {
        private readonly Conv2d conv = new(1, 2, 1);
        private readonly TorchSharp.Modules.Linear fc = Linear(32, 1);
        private readonly Flatten flatten = new();

        public OwnNetwork() : base(nameof(OwnNetwork)) => RegisterComponents();

        public override Tensor forward(Tensor images) => fc.call(flatten.call(conv.call(images) * 2));
    }
}
