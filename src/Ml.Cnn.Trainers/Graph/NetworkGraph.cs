using Ml.Cnn.Trainers.Architectures;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Ml.Cnn.Trainers.Graph;

/// <summary>A network as the layers that a forward pass in evaluation mode applies, and where each one's inputs come from.</summary>
/// <remarks>
/// The one reading of a network's structure: tables, costs, features and exports are made from it, and what a layer does is in the
/// description that the layer gives of itself (<see cref="GraphNode.Description"/>). A network of the user's own may do things that are no
/// <see cref="Layers.ILayer"/>; what they make appears as nodes of kind <see cref="Unobserved"/>, and <see cref="Missing"/> says what is not
/// known of the network.
/// </remarks>
internal sealed class NetworkGraph
{
    /// <summary>The kind of the images.</summary>
    public const string Images = "input";

    /// <summary>The kind of a tensor that no layer made.</summary>
    public const string Unobserved = "unobserved";

    private NetworkGraph(GraphNode source, IReadOnlyList<GraphNode> nodes, GraphNode? output, IReadOnlyList<string> missing) =>
        (Source, Nodes, Output, Missing) = (source, nodes, output, missing);

    /// <summary>The images.</summary>
    public GraphNode Source { get; }

    /// <summary>The applications of layers in their order; empty for a network without any layer of this library.</summary>
    public IReadOnlyList<GraphNode> Nodes { get; }

    /// <summary>The node that makes the network's output; null where no layer makes it.</summary>
    public GraphNode? Output { get; }

    /// <summary>Whether layers that describe themselves lead from the images to the output, with nothing else between them.</summary>
    public bool IsComplete => Missing.Count == 0;

    /// <summary>What the graph does not know of the network, one phrase each: "what relu_2 takes", "fc1 (Linear)". Empty for a complete graph.</summary>
    public IReadOnlyList<string> Missing { get; }

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

    /// <summary>The whole network as a program.</summary>
    /// <exception cref="InvalidOperationException">The graph is not complete; the message says what is missing.</exception>
    public GraphProgram Program() => UpTo(KnownOutput());

    /// <summary>The part of the network that leads from the images to a node's output.</summary>
    /// <exception cref="ArgumentException">The node depends on something that is no layer of this library.</exception>
    public GraphProgram UpTo(GraphNode node) => new(Source, node);

    /// <summary>
    /// The rest of the network: takes a node's output, and gives the network's. Null where the rest looks past the node at other parts of the
    /// network, or the graph does not know all of it.
    /// </summary>
    public GraphProgram? From(GraphNode node) => Output is not null && GraphProgram.Leads(node, Output) ? new(node, Output) : null;

    /// <summary>Reads the graph from two forward passes of zeros, on the network's own device. The network is left as it was.</summary>
    /// <remarks>A pass of one image, and one without any, which costs no arithmetic: the lengths in which they differ are the batch's.</remarks>
    public static NetworkGraph Trace(Module<Tensor, Tensor> network, NetworkShape shape)
    {
        var wasTraining = network.training;
        if (wasTraining)
            network.eval();
        try
        {
            using var scope = NewDisposeScope();
            using var mode = inference_mode();
            var device = network.parameters().FirstOrDefault()?.device;
            var pass = TracedPass.Of(network, Batch(1));
            var other = OtherPass(pass, network, Batch);
            var reading = new GraphReading(network, pass, other);
            return new(reading.Source, reading.Nodes, reading.Output, reading.Missing());

            Tensor Batch(long images) => zeros([images, shape.Channels, shape.Height, shape.Width], float32, device);
        }
        finally
        {
            if (wasTraining)
                network.train();
        }
    }

    // A user's network may divide by the number of images, or leave a length for libtorch to infer, which no images do not tell.
    private static TracedPass OtherPass(TracedPass pass, Module<Tensor, Tensor> network, Func<long, Tensor> batch)
    {
        try
        {
            if (TracedPass.Of(network, batch(0)) is var empty && empty.IsLike(pass))
                return empty;
        }
        catch (Exception)
        {
            // The pass of two images below throws again what has another reason.
        }
        return TracedPass.Of(network, batch(2));
    }

    private GraphNode KnownOutput() => IsComplete && Output is not null ? Output
        : throw new InvalidOperationException($"The network does something that is no layer of this library: {string.Join("; ", Missing)}.");
}
