using Ml.Cnn.OnnxConverter.Format;
using Ml.Cnn.Trainers.Text;

namespace Ml.Cnn.OnnxConverter.Import;

/// <summary>A file's graph: what it takes and gives, its constants, and the nodes that lead to the output, each after those that make its inputs.</summary>
internal sealed class OnnxGraph
{
    private const int MostNodes = 20_000;

    private readonly Dictionary<string, OnnxNode> _makers = [];

    /// <param name="model">The file's content.</param>
    /// <param name="outputName">The output that is wanted; null for the only one.</param>
    /// <exception cref="OnnxFormatException">The graph is none of a network that takes images.</exception>
    public OnnxGraph(ModelProto model, string? outputName)
    {
        var graph = model.Graph ?? throw new OnnxFormatException("it holds no graph: it is no ONNX file");
        if (graph.Node.Count > MostNodes)
            throw new OnnxFormatException($"it has {graph.Node.Count} nodes; networks of up to {MostNodes} are read");
        Opset = OpsetOf(model);
        foreach (var constant in graph.Initializer)
        {
            if (!Constants.TryAdd(constant.Name, constant))
                throw new OnnxFormatException($"it has two constants of the name '{Listing.Shortened(constant.Name)}'");
        }
        // Older files list their constants among the inputs.
        ValueInfoProto[] inputs = [.. graph.Input.Where(input => !Constants.ContainsKey(input.Name))];
        Input = inputs is [var only] ? only
            : throw new OnnxFormatException(inputs.Length == 0 ? "its graph takes nothing"
                : $"its graph takes {inputs.Length} inputs ({Listing.Of([.. inputs.Select(input => input.Name)])}); a network of images takes one");
        Output = OutputOf(graph, outputName);
        for (var i = 0; i < graph.Node.Count; i++)
            Add(new(graph.Node[i], i));
        Nodes = Sorted();
    }

    /// <summary>The version of the operators.</summary>
    public int Opset { get; }

    public ValueInfoProto Input { get; }

    /// <summary>The name of the value that the network gives.</summary>
    public string Output { get; }

    /// <summary>By name.</summary>
    public Dictionary<string, TensorProto> Constants { get; } = [];

    /// <summary>What leads to the output, each after those that make its inputs.</summary>
    public IReadOnlyList<OnnxNode> Nodes { get; }

    private static int OpsetOf(ModelProto model)
    {
        const int Lowest = 7;
        const int Highest = 22;
        var version = model.OpsetImport.Where(opset => opset.Domain is "" or "ai.onnx").Select(opset => opset.Version).DefaultIfEmpty(1).Max();
        return version is >= Lowest and <= Highest ? (int)version
            : throw new OnnxFormatException($"it is of version {version} of the operators; versions {Lowest} to {Highest} are read");
    }

    private static string OutputOf(GraphProto graph, string? wanted)
    {
        string[] names = [.. graph.Output.Select(output => output.Name)];
        if (wanted is null)
        {
            return names is [var only] ? only
                : throw new OnnxFormatException(names.Length == 0 ? "its graph gives nothing"
                    : $"its graph gives {names.Length} outputs ({Listing.Of(names)}): say in {nameof(OnnxImportOptions.Output)} which tells classes");
        }
        return names.Contains(wanted) ? wanted
            : throw new OnnxFormatException($"its graph gives no output '{Listing.Shortened(wanted)}'; it gives {Listing.Of(names)}");
    }

    private void Add(OnnxNode node)
    {
        foreach (var output in node.Outputs)
        {
            if (output.Length > 0 && (output == Input.Name || Constants.ContainsKey(output) || !_makers.TryAdd(output, node)))
                throw node.Wrong($"gives '{Listing.Shortened(output)}', which is there already");
        }
    }

    // Depth first from the output, without a stack of calls, which a long chain would overflow.
    private List<OnnxNode> Sorted()
    {
        var sorted = new List<OnnxNode>();
        var states = new Dictionary<OnnxNode, bool>(); // whether it is done
        var open = new Stack<OnnxNode>();
        if (MakerOf(Output, null) is { } last)
            open.Push(last);
        while (open.TryPeek(out var node))
        {
            if (!states.TryGetValue(node, out var isDone))
            {
                states.Add(node, false);
                foreach (var maker in node.Inputs.Where(input => input.Length > 0).Select(input => MakerOf(input, node)).OfType<OnnxNode>().Reverse())
                {
                    if (!states.TryGetValue(maker, out var isMade))
                        open.Push(maker);
                    else if (!isMade)
                        throw node.Wrong($"depends on itself, through {maker}");
                }
                continue;
            }
            open.Pop();
            if (isDone)
                continue;
            states[node] = true;
            sorted.Add(node);
        }
        return sorted;
    }

    // Null for what no node makes.
    private OnnxNode? MakerOf(string value, OnnxNode? taker)
    {
        if (_makers.TryGetValue(value, out var maker))
            return maker;
        if (value == Input.Name || Constants.ContainsKey(value))
            return null;
        throw taker is null ? new OnnxFormatException($"nothing makes its output '{Listing.Shortened(value)}'")
            : taker.Wrong($"takes '{Listing.Shortened(value)}', which nothing makes");
    }
}
