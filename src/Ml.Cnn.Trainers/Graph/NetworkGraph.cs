using Ml.Cnn.Trainers.Architectures;
using Ml.Cnn.Trainers.Layers;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Ml.Cnn.Trainers.Graph;

/// <summary>A network as the layers that a forward pass in evaluation mode applies, and where each one's inputs come from.</summary>
/// <remarks>
/// The one reading of a network's structure: tables, costs and features are made from it. A network of the user's own may do things
/// that are no <see cref="ILayer"/>; what they make appears as inputs of kind <see cref="Unobserved"/>.
/// </remarks>
internal sealed class NetworkGraph
{
    /// <summary>The kind of the images.</summary>
    public const string Images = "input";

    /// <summary>The kind of a tensor that no layer made.</summary>
    public const string Unobserved = "unobserved";

    private NetworkGraph(IReadOnlyList<GraphNode> nodes) => Nodes = nodes;

    /// <summary>The applications of layers in their order; empty for a network without any layer of this library.</summary>
    public IReadOnlyList<GraphNode> Nodes { get; }

    /// <summary>Multiply-adds of one image: of convolutions and linear layers, as is the field's custom.</summary>
    public long MultiplyAdds => Nodes.Sum(node => node.MultiplyAdds);

    /// <summary>The application of that name; null if there is none.</summary>
    public GraphNode? Find(string name) => Nodes.FirstOrDefault(node => node.Name == name);

    /// <summary>The first application of the layers at or under a module path; null if there is none.</summary>
    public GraphNode? FirstUnder(string path)
    {
        if (path.Length == 0)
            return null;
        return Nodes.FirstOrDefault(node => node.Name == path || node.Name.StartsWith(path + ".", StringComparison.Ordinal));
    }

    /// <summary>Reads the graph from one forward pass of an image of zeros, on the network's own device. The network is left as it was.</summary>
    public static NetworkGraph Trace(Module<Tensor, Tensor> network, NetworkShape shape)
    {
        var reading = new Reading(network);
        var wasTraining = network.training;
        if (wasTraining)
            network.eval();
        try
        {
            using var scope = NewDisposeScope();
            using var mode = inference_mode();
            var images = zeros([1, shape.Channels, shape.Height, shape.Width], float32, network.parameters().FirstOrDefault()?.device);
            reading.Begin(images);
            using (new ForwardTrace(reading.Observe))
                network.forward(images);
            return new NetworkGraph(reading.Nodes);
        }
        finally
        {
            if (wasTraining)
                network.train();
        }
    }

    private sealed class Reading(Module<Tensor, Tensor> network)
    {
        private readonly Dictionary<ILayer, string> _paths = Paths(network);
        private readonly HashSet<string> _names = [];

        // By the handle, which whoever passes a tensor on passes on; held here, none comes twice, though what it stood for may be disposed.
        private readonly Dictionary<Tensor, GraphNode> _makers = new(ReferenceEqualityComparer.Instance);

        public List<GraphNode> Nodes { get; } = [];

        public void Begin(Tensor images) => _makers.Add(images, Unmade(images, Images));

        public void Observe(ILayer layer, IReadOnlyList<Tensor> inputs, Tensor output)
        {
            var multiplyAdds = (layer as Layer)?.MultiplyAdds(output) ?? 0;
            var node = new GraphNode(Nodes.Count, Name(layer), layer.Kind, layer, [.. inputs.Select(Maker)], output.shape, multiplyAdds);
            Nodes.Add(node);
            _makers[output] = node;
        }

        private GraphNode Maker(Tensor tensor) => _makers.TryGetValue(tensor, out var node) ? node : _makers[tensor] = Unmade(tensor, Unobserved);

        private static GraphNode Unmade(Tensor tensor, string kind) => new(-1, kind, kind, null, [], tensor.shape, 0);

        private string Name(ILayer layer)
        {
            var path = _paths.GetValueOrDefault(layer, layer.Kind);
            var name = path;
            for (var again = 1; !_names.Add(name); again++)
                name = FormattableString.Invariant($"{path}_{again}");
            return name;
        }

        private static Dictionary<ILayer, string> Paths(Module network)
        {
            var paths = new Dictionary<ILayer, string>(ReferenceEqualityComparer.Instance);
            foreach (var (path, module) in network.named_modules())
            {
                if (module is ILayer layer && path.Length > 0)
                    paths.TryAdd(layer, path);
            }
            return paths;
        }
    }
}
