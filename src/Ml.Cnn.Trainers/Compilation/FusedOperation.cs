using Ml.Cnn.Trainers.Graph;

namespace Ml.Cnn.Trainers.Compilation;

/// <summary>One operation of a compiled network: a node of its graph, and the nodes after it that are computed with it.</summary>
/// <param name="Node">The operation: a convolution, a pooling, ….</param>
/// <param name="Norm">A batch normalization of its output that is folded into its weights.</param>
/// <param name="Sum">An addition to its output.</param>
/// <param name="Addend">The node whose value is added there.</param>
/// <param name="Activation">The activation of its output, or of the sum.</param>
internal sealed record FusedOperation(GraphNode Node, GraphNode? Norm, GraphNode? Sum, GraphNode? Addend, GraphNode? Activation)
{
    /// <summary>The last node, whose output is the operation's.</summary>
    public GraphNode Output => Activation ?? Sum ?? Norm ?? Node;

    /// <summary>The nodes that are computed together.</summary>
    public IEnumerable<GraphNode> Nodes => new[] { Node, Norm, Sum, Activation }.OfType<GraphNode>();
}
