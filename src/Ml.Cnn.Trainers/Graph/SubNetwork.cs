using Ml.Cnn.Trainers.Layers;
using static TorchSharp.torch;

namespace Ml.Cnn.Trainers.Graph;

/// <summary>The part of a network that leads from the images to one of its layers, applied layer by layer along the graph.</summary>
/// <remarks>Immutable, and shares the layers with the network: any number of threads may run it in evaluation mode.</remarks>
internal sealed class SubNetwork
{
    private readonly (ILayer Layer, int[] Inputs, int[] LastUsed)[] _steps;

    /// <param name="output">The last layer to apply.</param>
    /// <exception cref="ArgumentException">The layer depends on something that is no layer of this library.</exception>
    public SubNetwork(GraphNode output)
    {
        Output = output;
        var nodes = new SortedSet<GraphNode>(Comparer<GraphNode>.Create((a, b) => a.Position.CompareTo(b.Position)));
        Collect(output, nodes);
        var values = nodes.Select((node, step) => (node, Value: step + 1)).ToDictionary(pair => pair.node, pair => pair.Value); // value 0: the images
        var lastUse = new Dictionary<int, int>();
        foreach (var node in nodes)
        {
            foreach (var input in node.Inputs)
                lastUse[ValueOf(input)] = values[node];
        }
        _steps = [.. nodes.Select(node => (node.Layer!, node.Inputs.Select(ValueOf).ToArray(), lastUse.Where(use => use.Key > 0 && use.Value == values[node]).Select(use => use.Key).ToArray()))];

        int ValueOf(GraphNode node) => values.GetValueOrDefault(node, 0);
    }

    /// <summary>The last layer applied.</summary>
    public GraphNode Output { get; }

    /// <summary>Applies the layers. The caller keeps owning the images and owns the result.</summary>
    public Tensor Run(Tensor images)
    {
        var values = new Tensor[_steps.Length + 1];
        values[0] = images;
        for (var step = 0; step < _steps.Length; step++)
        {
            var (layer, inputs, lastUsed) = _steps[step];
            values[step + 1] = layer switch
            {
                Layer one => one.call(values[inputs[0]]),
                JoinLayer join => join.call([.. inputs.Select(input => values[input])]),
                _ => throw new NotSupportedException($"A layer of kind {layer.Kind} cannot be applied by itself."),
            };
            foreach (var value in lastUsed)
                values[value].Dispose();
        }
        return values[^1];
    }

    private static void Collect(GraphNode node, SortedSet<GraphNode> nodes)
    {
        if (node.Kind == NetworkGraph.Images)
            return;
        if (node.Layer is null)
            throw new ArgumentException("An operation of the network is no layer of this library, so the network cannot be cut there.", nameof(node));
        if (!nodes.Add(node))
            return;
        foreach (var input in node.Inputs)
            Collect(input, nodes);
    }
}
