using Ml.Cnn.Trainers;
using Ml.Cnn.Trainers.Graph;
using Ml.Cnn.Trainers.Layers;
using Ml.Cnn.Trainers.Runtime;
using Ml.Cnn.Trainers.Scoring;
using Ml.Cnn.Trainers.Text;
using static TorchSharp.torch;

namespace Ml.Cnn.Inspection.Network;

/// <summary>A trained network that is looked into: what its layers make of images, and how its logits depend on that.</summary>
/// <remarks>
/// The network's own layers run, in evaluation mode and in float32, along its graph. Holds the network's memory until it is disposed; tensors that
/// are given out are the caller's.
/// </remarks>
internal sealed class InspectedNetwork : IDisposable
{
    private readonly NetworkClaim _claim;
    private readonly IDisposable _use;
    private readonly LibtorchThreads _threads;
    private readonly string _name;

    /// <param name="model">A trained network.</param>
    /// <exception cref="ObjectDisposedException">The model was disposed.</exception>
    public InspectedNetwork(CnnTransformer model)
    {
        Model = model.Scorer.Model;
        (_claim, _name) = (model.Scorer.Single.Claim, model.Name);
        _use = _claim.Use();
        _threads = LibtorchThreads.Use(_claim.Libtorch.Plan.Cost.ThreadsFor(images: 1, besideDecoding: false));
        Graph = NetworkGraph.Trace(_claim.Network, model.Shape);
    }

    /// <summary>All that is known of the network.</summary>
    public CnnModel Model { get; }

    /// <summary>The network's layers.</summary>
    public NetworkGraph Graph { get; }

    /// <summary>Where it runs.</summary>
    public Device Device => _claim.Libtorch.Plan.Device;

    /// <summary>Images of a pass where there are many.</summary>
    public int Batch => _claim.Engine.Batch;

    /// <summary>
    /// The color that shows nothing, normalized, 1 × channels × 1 × 1: the mean color, which is 0, or gray where the preprocessing takes no mean away (networks
    /// that begin with a mean image), and 0 would be black.
    /// </summary>
    public Tensor NeutralColor()
    {
        using var scope = NewDisposeScope();
        var (mean, deviation) = (Model.Preprocessing.Normalization.Mean, Model.Preprocessing.Normalization.Deviation);
        var color = mean.Select((average, channel) => average > 0 ? 0 : (0.5f - average) / deviation[channel]).ToArray();
        return tensor(color, device: Device).reshape(1, -1, 1, 1).MoveToOuterDisposeScope();
    }

    /// <summary>Whether a layer's output has height and width: channels × height × width with more than one place.</summary>
    public static bool IsSpatial(GraphNode node) =>
        node.Shape.BatchAxis == 0 && node.Shape.PerImage is [_, var height, var width] && (height > 1 || width > 1);

    /// <summary>The layer of that name, or the last of those whose names begin with it and a dot.</summary>
    /// <exception cref="ArgumentException">There is none; the message names the nearest.</exception>
    public GraphNode Find(string layer)
    {
        var found = Graph.Find(layer) ?? Graph.Nodes.LastOrDefault(node => node.Name.StartsWith(layer + ".", StringComparison.Ordinal));
        return found ?? throw new ArgumentException($"{_name} has no layer called '{Listing.Shortened(layer)}'. The nearest are: "
            + $"{string.Join(", ", NearestNames.Of(layer, Graph.Nodes.Select(node => node.Name), 5))}. CnnSummary lists all.", nameof(layer));
    }

    /// <summary>The whole name of a layer: see <see cref="Find"/>.</summary>
    /// <exception cref="ArgumentException">There is none; the message names the nearest.</exception>
    /// <exception cref="ObjectDisposedException">The model was disposed.</exception>
    public static string NameOf(CnnTransformer model, string layer)
    {
        using var network = new InspectedNetwork(model);
        return network.Find(layer).Name;
    }

    /// <summary>The layer of that name, whose output has height and width.</summary>
    /// <param name="layer">The name; null: the last such layer that all of the logits depend on, which no layer of a branch is.</param>
    /// <exception cref="ArgumentException">There is none, or it has no height and width; the message names others.</exception>
    public GraphNode FindSpatial(string? layer)
    {
        var last = Graph.Nodes.LastOrDefault(node => IsSpatial(node) && Graph.From(node) is not null) ?? Graph.Nodes.LastOrDefault(IsSpatial)
            ?? throw new ArgumentException($"No layer of {_name} that is this library's has an output with height and width.", nameof(layer));
        if (layer is null)
            return last;
        var found = Find(layer);
        return IsSpatial(found) ? found : throw new ArgumentException(
            $"The layer '{found.Name}' gives {string.Join(" × ", found.Shape.PerImage)}, which has no height and width. The last that has is '{last.Name}'.",
            nameof(layer));
    }

    /// <summary>The class's place among the scores.</summary>
    /// <exception cref="ArgumentException">There is none of that name; the message names the nearest.</exception>
    public int FindClass(string className)
    {
        var names = Model.Classes.Names;
        for (var i = 0; i < names.Count; i++)
        {
            if (names[i] == className)
                return i;
        }
        throw new ArgumentException($"{_name} knows no class '{Listing.Shortened(className)}'. The nearest are: "
            + $"{Listing.Of([.. NearestNames.Of(className, names, 5)])}.", nameof(className));
    }

    /// <summary>The logits: images × classes.</summary>
    /// <param name="images">Normalized, N × channels × height × width.</param>
    public Tensor Logits(Tensor images)
    {
        using var scope = NewDisposeScope();
        using var mode = no_grad();
        return _claim.Network.call(images).MoveToOuterDisposeScope();
    }

    /// <summary>What a layer makes of images.</summary>
    /// <param name="images">Normalized, N × channels × height × width.</param>
    /// <param name="layer">Of the graph.</param>
    public Tensor Activation(Tensor images, GraphNode layer)
    {
        using var scope = NewDisposeScope();
        using var mode = no_grad();
        return Graph.UpTo(layer).Run(images).MoveToOuterDisposeScope();
    }

    /// <summary>What several layers make of an image, in one pass: a reading for each.</summary>
    /// <param name="image">Normalized, 1 × channels × height × width.</param>
    /// <param name="layers">Of the graph.</param>
    public IReadOnlyList<LayerReading> Read(Tensor image, IReadOnlyCollection<GraphNode> layers)
    {
        using var scope = NewDisposeScope();
        using var mode = no_grad();
        var (wanted, readings, applied) = (layers.ToDictionary(layer => layer.Position), new Dictionary<int, LayerReading>(), 0);
        using (new ForwardTrace(Note))
            _claim.Network.call(image);
        return [.. layers.Select(layer => readings[layer.Position])];

        void Note(ILayer layer, IReadOnlyList<Tensor> inputs, Tensor output)
        {
            if (wanted.TryGetValue(applied, out var node))
                readings[applied] = new(node, Graph.Nodes.Count, output.to(float32).cpu().contiguous().data<float>().ToArray());
            applied++;
        }
    }

    /// <summary>What a layer makes of an image, and the gradient of a class's logit with respect to that, through all that depends on the layer.</summary>
    /// <param name="image">Normalized, 1 × channels × height × width.</param>
    /// <param name="layer">Of the graph.</param>
    /// <param name="classIndex">The class's place among the scores.</param>
    /// <exception cref="InvalidOperationException">The network does something that is no layer of this library: the graph does not know all of it.</exception>
    public (Tensor Activation, Tensor Gradient) ActivationGradient(Tensor image, GraphNode layer, int classIndex)
    {
        using var scope = NewDisposeScope();
        using var mode = enable_grad();
        Tensor? cut = null; // the layer's output, from which on the gradient is taken
        var program = Graph.Program().Replacing(layer, inputs =>
        {
            cut = layer.Layer!.Call(inputs).detach().requires_grad_();
            return cut.alias(); // the program disposes what it is given
        });
        var logit = program.Run(image)[0, classIndex];
        var gradient = autograd.grad([logit], [cut!])[0];
        return (cut!.detach().MoveToOuterDisposeScope(), gradient.MoveToOuterDisposeScope());
    }

    /// <summary>The gradient of a class's logit with respect to each pixel: as the images.</summary>
    /// <param name="images">Normalized, N × channels × height × width.</param>
    /// <param name="classIndex">The class's place among the scores.</param>
    public Tensor PixelGradient(Tensor images, int classIndex)
    {
        using var scope = NewDisposeScope();
        using var mode = enable_grad();
        var pixels = images.detach().requires_grad_();
        using var overwritingNothing = new ForwardTrace((_, _, _) => { });
        var logits = _claim.Network.call(pixels).select(1, classIndex).sum(); // images do not depend on one another
        return autograd.grad([logits], [pixels])[0].MoveToOuterDisposeScope();
    }

    /// <summary>The mean of a channel's responses over images and places, and its gradient with respect to each pixel.</summary>
    /// <param name="images">Normalized, N × channels × height × width.</param>
    /// <param name="layer">Of the graph; null: the network's output, whose channels are the classes' logits.</param>
    /// <param name="channel">From 0.</param>
    public (double Response, Tensor Gradient) ChannelGradient(Tensor images, GraphNode? layer, int channel)
    {
        using var scope = NewDisposeScope();
        using var mode = enable_grad();
        var pixels = images.detach().requires_grad_();
        using var overwritingNothing = new ForwardTrace((_, _, _) => { });
        var output = layer is null ? _claim.Network.call(pixels) : Graph.UpTo(layer).Run(pixels);
        var response = output.select(1, channel).mean();
        return (response.Number(), autograd.grad([response], [pixels])[0].MoveToOuterDisposeScope());
    }

    /// <summary>Gives the network's memory up.</summary>
    public void Dispose()
    {
        _threads.Dispose();
        _use.Dispose();
    }
}
