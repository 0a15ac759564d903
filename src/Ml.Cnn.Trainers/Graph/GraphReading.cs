using Ml.Cnn.Trainers.Layers;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Ml.Cnn.Trainers.Graph;

/// <summary>Makes a graph of two passes of the same network, whose batches differ.</summary>
internal sealed class GraphReading
{
    private readonly Dictionary<ILayer, string> _paths;
    private readonly HashSet<string> _names = [];
    private readonly Module _network;
    private readonly long _images;
    private readonly long _otherImages;
    private readonly List<string> _unlike = [];

    // Keyed by reference. Entries keep the wrapper alive, so an address is never reused even after the tensor is disposed.
    private readonly Dictionary<Tensor, GraphNode> _makers = new(ReferenceEqualityComparer.Instance);

    /// <param name="network">The network.</param>
    /// <param name="pass">A pass.</param>
    /// <param name="other">A pass with another number of images.</param>
    public GraphReading(Module<Tensor, Tensor> network, TracedPass pass, TracedPass other)
    {
        (_network, _images, _otherImages, _paths) = (network, pass.Images.size(0), other.Images.size(0), Paths(network));
        Source = GraphNode.External(NetworkGraph.Images, NetworkGraph.Images, ShapeOf(pass.Images.shape, other.Images.shape, NetworkGraph.Images));
        _makers.Add(pass.Images, Source);
        if (!pass.IsLike(other))
            _unlike.Add("which layers it applies depends on the number of images");
        for (var i = 0; i < pass.Applications.Count; i++)
            Add(pass.Applications[i], pass.IsLike(other) ? other.Applications[i] : null);
        Output = pass.Output is not null && _makers.TryGetValue(pass.Output, out var output) && output.Layer is not null ? output : null;
    }

    public GraphNode Source { get; }

    public List<GraphNode> Nodes { get; } = [];

    public GraphNode? Output { get; }

    /// <summary>See <see cref="NetworkGraph.Missing"/>.</summary>
    public IReadOnlyList<string> Missing()
    {
        var isWhole = Output is not null && GraphProgram.Leads(Source, Output);
        if (isWhole)
            return _unlike;
        var missing = new List<string>(_unlike);
        foreach (var (path, module) in _network.named_modules())
        {
            if (module is not ILayer && path.Length > 0 && !module.children().Any())
                missing.Add($"{path} ({module.GetName()})");
        }
        foreach (var node in Nodes)
        {
            if (node.Inputs.Any(input => input.Kind == NetworkGraph.Unobserved))
                missing.Add($"what {node.Name} takes");
        }
        if (Output is null)
            missing.Add("what makes the output");
        return missing;
    }

    private void Add(TracedPass.Application application, TracedPass.Application? other)
    {
        var layer = application.Layer;
        var path = _paths.GetValueOrDefault(layer);
        var inputs = application.Inputs.Select((input, i) => Maker(input, application.InputShapes[i], other?.InputShapes[i])).ToArray();
        var name = Unique(path is { Length: > 0 } ? path : layer.Kind);
        var node = GraphNode.Of(Nodes.Count, name, path, layer, inputs, ShapeOf(application.OutputShape, other?.OutputShape, name));
        Nodes.Add(node);
        _makers[application.Output] = node;
    }

    private GraphNode Maker(Tensor tensor, long[] shape, long[]? otherShape)
    {
        if (_makers.TryGetValue(tensor, out var maker))
            return maker;
        var name = Unique(NetworkGraph.Unobserved);
        return _makers[tensor] = GraphNode.External(name, NetworkGraph.Unobserved, ShapeOf(shape, otherShape, name));
    }

    private TensorShape ShapeOf(long[] shape, long[]? otherShape, string name)
    {
        if (otherShape is null)
            return TensorShape.Between(shape, _images, WithBatch(shape), _otherImages)!; // of a network that is like itself in no two batches
        if (TensorShape.Between(shape, _images, otherShape, _otherImages) is { } known)
            return known;
        _unlike.Add($"how the shape of {name} depends on the number of images");
        return TensorShape.Between(shape, _images, WithBatch(shape), _otherImages)!;
    }

    private long[] WithBatch(long[] shape) => shape.Length > 0 && shape[0] == _images ? [_otherImages, .. shape[1..]] : shape;

    private string Unique(string path)
    {
        var name = path;
        for (var again = 1; !_names.Add(name); again++)
            name = FormattableString.Invariant($"{path}_{again}");
        return name;
    }

    // The empty path is the network's own: a network of a single layer.
    private static Dictionary<ILayer, string> Paths(Module network)
    {
        var paths = new Dictionary<ILayer, string>(ReferenceEqualityComparer.Instance);
        if (network is ILayer itself)
            paths.Add(itself, "");
        foreach (var (path, module) in network.named_modules())
        {
            if (module is ILayer layer)
                paths.TryAdd(layer, path);
        }
        return paths;
    }
}
