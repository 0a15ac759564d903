using Ml.Cnn.Trainers.Layers;
using static TorchSharp.torch;

namespace Ml.Cnn.Trainers.Graph;

/// <summary>
/// A network, or a part of one, applied node by node along its graph: from the images or a node's output to a node's output. A node's operation
/// can be replaced, and a node left out.
/// </summary>
/// <remarks>
/// Immutable, and shares the layers with the network: any number of threads may run a program in evaluation mode, and training the layers of a
/// program trains the network.
/// </remarks>
internal sealed class GraphProgram
{
    private readonly IReadOnlyDictionary<GraphNode, Func<Tensor[], Tensor>> _replaced;
    private readonly IReadOnlySet<GraphNode> _leftOut;
    private readonly Step[] _steps;
    private readonly int _result;

    /// <summary>A program from one node to another.</summary>
    /// <param name="source">The node whose output the program takes: the images, or a layer's.</param>
    /// <param name="output">The node whose output the program gives.</param>
    /// <exception cref="ArgumentException">
    /// The output depends on something beside the source, which a program from there cannot know; the message says on what.
    /// </exception>
    public GraphProgram(GraphNode source, GraphNode output)
        : this(source, output, new Dictionary<GraphNode, Func<Tensor[], Tensor>>(), new HashSet<GraphNode>()) { }

    private GraphProgram(GraphNode source, GraphNode output, IReadOnlyDictionary<GraphNode, Func<Tensor[], Tensor>> replaced, IReadOnlySet<GraphNode> leftOut)
    {
        (Source, Output, _replaced, _leftOut) = (source, output, replaced, leftOut);
        Nodes = Between(source, output, out var missing);
        if (missing is not null)
            throw new ArgumentException(missing, nameof(output));
        (_steps, _result) = Compile();
    }

    /// <summary>The node whose output the program takes.</summary>
    public GraphNode Source { get; }

    /// <summary>The node whose output the program gives.</summary>
    public GraphNode Output { get; }

    /// <summary>The nodes between the source and the output, in their order, those that are left out among them.</summary>
    public IReadOnlyList<GraphNode> Nodes { get; }

    /// <summary>Whether the output depends on the source alone, so that a program leads from one to the other.</summary>
    public static bool Leads(GraphNode source, GraphNode output)
    {
        Between(source, output, out var missing);
        return missing is null;
    }

    /// <summary>The same program with another operation in a node's place.</summary>
    /// <param name="node">One of <see cref="Nodes"/>.</param>
    /// <param name="operation">Takes the node's inputs, which it leaves alone, and gives a tensor of its own.</param>
    /// <exception cref="ArgumentException">The node is not one of the program's.</exception>
    public GraphProgram Replacing(GraphNode node, Func<Tensor[], Tensor> operation) =>
        new(Source, Output, new Dictionary<GraphNode, Func<Tensor[], Tensor>>(_replaced) { [Known(node)] = operation }, _leftOut);

    /// <summary>The same program without a node: whoever takes the node's output takes its input.</summary>
    /// <param name="node">One of <see cref="Nodes"/>, with a single input.</param>
    /// <exception cref="ArgumentException">The node is not one of the program's, or joins several inputs.</exception>
    public GraphProgram Without(GraphNode node) => Known(node).Inputs.Count == 1
        ? new(Source, Output, _replaced, new HashSet<GraphNode>(_leftOut) { node })
        : throw new ArgumentException($"{node.Name} joins {node.Inputs.Count} inputs: none of them can stand for its output.", nameof(node));

    /// <summary>Runs the program. The caller keeps owning the input and owns the result.</summary>
    public Tensor Run(Tensor input)
    {
        // The network's own order of overwriting holds for the network as it is, from the images on; not for what is cut or changed.
        var isNetworksOwn = Source.Kind == NetworkGraph.Images && _replaced.Count == 0 && _leftOut.Count == 0;
        using var overwritingNothing = isNetworksOwn || ForwardTrace.IsOpen ? null : new ForwardTrace((_, _, _) => { });
        var values = new Tensor[_steps.Length + 1]; // the input, then what each step makes
        values[0] = input;
        for (var i = 0; i < _steps.Length; i++)
        {
            var step = _steps[i];
            values[i + 1] = step.Operation([.. step.Inputs.Select(value => values[value])]);
            foreach (var value in step.LastUsed)
                values[value].Dispose();
        }
        return _result == 0 ? input.alias() : values[_result];
    }

    private (Step[] Steps, int Result) Compile()
    {
        var values = new Dictionary<GraphNode, int> { [Source] = 0 };
        var steps = new List<Step>();
        var lastUse = new Dictionary<int, int>();
        foreach (var node in Nodes)
        {
            if (_leftOut.Contains(node))
            {
                values[node] = values[node.Inputs[0]];
                continue;
            }
            var inputs = node.Inputs.Select(input => values[input]).ToArray();
            foreach (var value in inputs)
                lastUse[value] = steps.Count;
            steps.Add(new(_replaced.GetValueOrDefault(node) ?? node.Layer!.Call, inputs));
            values[node] = steps.Count;
        }
        var result = values[Output];
        foreach (var (value, step) in lastUse)
        {
            if (value != 0 && value != result)
                steps[step].LastUsed.Add(value);
        }
        return ([.. steps], result);
    }

    private GraphNode Known(GraphNode node) => Nodes.Contains(node) ? node
        : throw new ArgumentException($"{node.Name} is no node of this program.", nameof(node));

    private static IReadOnlyList<GraphNode> Between(GraphNode source, GraphNode output, out string? missing)
    {
        var found = new HashSet<GraphNode>();
        var open = new Stack<GraphNode>([output]);
        missing = null;
        while (open.TryPop(out var node))
        {
            if (node == source || !found.Add(node))
                continue;
            if (node.Layer is null)
                missing = node.Kind == NetworkGraph.Images
                    ? $"{output.Name} depends on more of the images than {source.Name} gives."
                    : $"{output.Name} depends on {node.Name}, an operation of the network that is no layer of this library.";
            foreach (var input in node.Inputs)
                open.Push(input);
        }
        return [.. found.OrderBy(node => node.Position)];
    }

    /// <param name="Operation">Makes a value of its inputs.</param>
    /// <param name="Inputs">The values that the operation takes.</param>
    private sealed record Step(Func<Tensor[], Tensor> Operation, int[] Inputs)
    {
        /// <summary>The values that no later step takes.</summary>
        public List<int> LastUsed { get; } = [];
    }
}
