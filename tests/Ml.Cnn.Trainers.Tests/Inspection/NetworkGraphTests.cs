using Ml.Cnn.Trainers.Architectures;
using Ml.Cnn.Trainers.Graph;
using Ml.Cnn.Trainers.Inspection;
using Ml.Cnn.Trainers.Layers;
using Ml.Cnn.Trainers.Runtime;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;
using Conv2d = Ml.Cnn.Trainers.Layers.Conv2d;
using Sequential = Ml.Cnn.Trainers.Layers.Sequential;

namespace Ml.Cnn.Trainers.Tests.Inspection;

/// <summary>The one reading that tables, costs and features are made from.</summary>
[TestClass]
public sealed class NetworkGraphTests
{
    // The smallest network of each family stands for it.
    public static IEnumerable<string[]> Families() => ArchitectureCatalog.All.GroupBy(architecture => architecture.Family)
        .Select(family => new[] { family.MinBy(architecture => CnnSummary.Of(architecture).Parameters)!.Name });

    [TestMethod]
    [DynamicData(nameof(Families))]
    public void A_network_without_weights_has_the_graph_of_one_with_weights(string name)
    {
        var architecture = ArchitectureCatalog.Find(name);
        var shape = new NetworkShape(architecture.Channels, architecture.MinimumImageSize, architecture.MinimumImageSize + 5, Classes: 3);
        using var real = architecture.Build(shape);
        using var bare = architecture.BuildWithoutWeights(shape);
        real.train();
        CollectionAssert.AreEqual(Lines(NetworkGraph.Trace(real, shape)), Lines(NetworkGraph.Trace(bare, shape)));
        Assert.IsTrue(real.training && real.modules().All(module => module.training), "a trace leaves the mode as it was");

        static string[] Lines(NetworkGraph graph) => [.. graph.Nodes.Select(node =>
            $"{node.Name} {node.Kind} {node.Shape} {node.MultiplyAdds} from {string.Join(", ", node.Inputs.Select(input => input.Name))}")];
    }

    /// <summary>Protects features, and whatever else replays a part of the network: the graph is the whole of it.</summary>
    [TestMethod]
    [DynamicData(nameof(Families))]
    public void The_graph_does_what_the_network_does(string name)
    {
        var architecture = ArchitectureCatalog.Find(name);
        var shape = new NetworkShape(architecture.Channels, architecture.MinimumImageSize, architecture.MinimumImageSize, Classes: 3);
        using var scope = NewDisposeScope();
        using var mode = inference_mode();
        using var network = architecture.Build(shape);
        network.eval();
        var images = randn(2, shape.Channels, shape.Height, shape.Width);
        var before = images.clone();
        var graph = NetworkGraph.Trace(network, shape);
        Assert.IsTrue(network.call(images).equal(graph.Program().Run(images)).all().item<bool>());
        Assert.IsTrue(images.equal(before).all().item<bool>(), "the images are left alone");
    }

    [TestMethod]
    public void Every_network_s_head_takes_what_a_layer_makes()
    {
        using var scope = NewDisposeScope();
        foreach (var architecture in ArchitectureCatalog.All)
        {
            var shape = new NetworkShape(architecture.Channels, architecture.ImageSize, architecture.ImageSize, Classes: 3);
            using var bare = architecture.BuildWithoutWeights(shape);
            var graph = NetworkGraph.Trace(bare, shape);
            var features = graph.FirstUnder(architecture.Head)?.Inputs[0];
            Assert.IsNotNull(features?.Layer, architecture.Name);
            bare.eval();
            var output = graph.UpTo(features).Run(zeros([2, shape.Channels, shape.Height, shape.Width], device: META));
            CollectionAssert.AreEqual(features.Shape.At(2), output.shape, architecture.Name);
        }
    }

    [TestMethod]
    public void Nothing_else_notices_a_network_without_weights()
    {
        using var scope = NewDisposeScope();
        var vgg = ArchitectureCatalog.Find("vgg16");
        var state = random.get_rng_state();
        var peak = Environment.WorkingSet;
        using var bare = vgg.BuildWithoutWeights(new(3, 224, 224, 1000));
        Assert.IsTrue(state.equal(random.get_rng_state()).all().item<bool>(), "libtorch's random state");
        Assert.IsLessThan(peak + 100_000_000, Environment.WorkingSet);
        Assert.IsTrue(bare.parameters().All(parameter => parameter.device.type == TorchSharp.DeviceType.META));
        using (Parameters.On(META))
        {
            using var elsewhere = TrainingThread.Run(() => new Conv2d(1, 1, 1));
            Assert.AreEqual(TorchSharp.DeviceType.CPU, elsewhere.Weight.device.type, "another thread's layers");
        }
        using var real = new Conv2d(1, 1, 1);
        Assert.AreEqual(TorchSharp.DeviceType.CPU, real.Weight.device.type);
    }

    [TestMethod]
    public void Layers_without_a_path_go_by_their_kind_and_repeated_ones_are_numbered()
    {
        using var network = new Twice();
        var graph = NetworkGraph.Trace(network, new(1, 4, 4, 1));
        CollectionAssert.AreEqual(new[] { "conv", "relu", "conv_1", "relu_1", "add", "body.0", "body.identity", "nothing.identity", "relu_2" },
            graph.Nodes.Select(node => node.Name).ToArray());
        CollectionAssert.AreEqual(new[] { "relu", "relu_1" }, graph.Find("add")!.Inputs.Select(input => input.Name).ToArray());
        Assert.AreEqual("input", graph.Nodes[0].Inputs[0].Kind);
        Assert.AreEqual(NetworkGraph.Unobserved, graph.Nodes[^1].Inputs[0].Kind);
        Assert.AreEqual(2 * 16, graph.MultiplyAdds);
        Assert.AreEqual("body.0", graph.FirstUnder("body")!.Name);
        Assert.IsNull(graph.FirstUnder("bod"));
        Assert.IsNull(graph.FirstUnder(""));
    }

    private sealed class Twice : Module<Tensor, Tensor>
    {
        private readonly Conv2d conv = new(1, 1, 1);
        private readonly Sequential body = new(("0", new ReLU()), ("identity", new Identity()));
        private readonly Sequential nothing = new(Array.Empty<Layer>());
        private readonly List<Layer> _unregistered = [new ReLU()];
        private readonly List<Add> _sums = [new Add()];

        public Twice() : base(nameof(Twice)) => RegisterComponents();

        public override Tensor forward(Tensor images)
        {
            using var first = conv.call(images).Apply(_unregistered[0]);
            using var second = conv.call(first).Apply(_unregistered[0]);
            using var sum = _sums[0].call([first, second]).Apply(body).Apply(nothing);
            using var observedByNobody = sum * 2;
            return _unregistered[0].call(observedByNobody);
        }
    }
}
