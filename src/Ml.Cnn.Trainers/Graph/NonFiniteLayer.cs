using Ml.Cnn.Trainers.Architectures;
using Ml.Cnn.Trainers.Layers;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Ml.Cnn.Trainers.Graph;

/// <summary>The first layer of a forward pass whose output is not finite: from there on, a network's numbers mean nothing.</summary>
/// <param name="Name">The layer's name in the network's graph; "output" for a network whose layers are not this library's.</param>
/// <param name="Kind">The layer's kind.</param>
/// <param name="Weight">The name of the layer's weight that holds NaN or an infinite number; null where no weight does.</param>
internal sealed record NonFiniteLayer(string Name, string Kind, string? Weight)
{
    /// <summary>The layer in words: "bn1 (batch_norm2d), whose running_var holds NaN or infinite numbers".</summary>
    public override string ToString() => (Kind.Length > 0 ? $"{Name} ({Kind})" : Name)
        + (Weight is null ? "" : $", whose {Weight} holds NaN or infinite numbers");

    /// <summary>What is to be told of a network whose output is not finite.</summary>
    /// <param name="network">The network's name.</param>
    /// <param name="what">What is not finite: "scores for an image (cat.jpg)".</param>
    /// <param name="since">The first such layer in words, if it was found.</param>
    public static string Warning(string network, string what, string? since) =>
        $"{network}: {what} are NaN or infinite"
        + (since is null ? "." : $"; the network's numbers are so from the layer {since} on.")
        + " Its predicted label is missing. The weights are damaged, or of another network: import or train them again.";

    /// <summary>Runs images through a network in evaluation mode.</summary>
    /// <returns>Null where the network's output is finite.</returns>
    public static NonFiniteLayer? Find(Module<Tensor, Tensor> network, NetworkShape shape, Tensor images)
    {
        using var scope = NewDisposeScope();
        using var mode = inference_mode();
        (int Position, ILayer Layer)? first = null;
        var applied = 0;
        Tensor output;
        using (new ForwardTrace(Observe))
            output = network.forward(images);
        if (IsFinite(output))
            return null;
        if (first is not { } found)
            return new("output", "", null);
        var nodes = NetworkGraph.Trace(network, shape).Nodes;
        var name = nodes.Count == applied ? nodes[found.Position].Name : found.Layer.Kind;
        return new(name, found.Layer.Kind, found.Layer.Describe().Weights.FirstOrDefault(weight => !IsFinite(weight.Tensor))?.Role);

        void Observe(ILayer layer, IReadOnlyList<Tensor> inputs, Tensor made)
        {
            if (first is null && !IsFinite(made))
                first = (applied, layer);
            applied++;
        }
    }

    /// <summary>
    /// As <see cref="Find(Module{Tensor, Tensor}, NetworkShape, Tensor)"/> with an image of this method's own: a ramp over what normalized pixels
    /// are.
    /// </summary>
    public static NonFiniteLayer? Find(Module<Tensor, Tensor> network, NetworkShape shape)
    {
        using var scope = NewDisposeScope();
        var length = shape.Channels * shape.Height * shape.Width;
        var image = linspace(-2, 2, length, device: network.parameters().FirstOrDefault()?.device).reshape(1, shape.Channels, shape.Height, shape.Width);
        return Find(network, shape, image);
    }

    // The sum of x − x: NaN where x is NaN or infinite, and 0 otherwise.
    private static bool IsFinite(Tensor tensor)
    {
        using var scope = NewDisposeScope();
        return !tensor.is_floating_point() || float.IsFinite((tensor - tensor).sum().to(float32).item<float>());
    }
}
