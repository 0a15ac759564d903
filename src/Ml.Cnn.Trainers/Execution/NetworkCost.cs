using Ml.Cnn.Trainers.Architectures;
using Ml.Cnn.Trainers.Graph;
using Ml.Cnn.Trainers.Layers;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Ml.Cnn.Trainers.Execution;

/// <summary>How much work one image is, counted rather than timed, so that a run repeats.</summary>
/// <param name="MultiplyAdds">Of the convolutions and linear layers; null for a network whose layers are not this library's.</param>
/// <param name="DepthwiseShare">The part of them in depthwise convolutions, 0 to 1: there each filter sees one channel alone.</param>
internal sealed record NetworkCost(long? MultiplyAdds, double DepthwiseShare = 0)
{
    // Below this many multiply-adds, a core spends longer waiting for the others than on its own part of an operation. Cores that
    // are wanted for decoding images too make the others wait longer.
    private const double WorthACore = 25e6;
    private const double WorthABusyCore = 100e6;

    public static NetworkCost Of(Module<Tensor, Tensor> network, NetworkShape shape)
    {
        var graph = NetworkGraph.Trace(network, shape);
        return graph.MultiplyAdds is > 0 and var sum
            ? new(sum, graph.Nodes.Where(node => IsDepthwise(node.Layer)).Sum(node => node.MultiplyAdds) / (double)sum)
            : new(MultiplyAdds: null);
    }

    /// <summary>The cores that a pass over so many images is worth.</summary>
    /// <param name="images">In a batch.</param>
    /// <param name="besideDecoding">Whether other threads decode images meanwhile.</param>
    public int ThreadsFor(int images, bool besideDecoding) => MultiplyAdds is { } each
        ? (int)Math.Clamp(each * (double)images / (besideDecoding ? WorthABusyCore : WorthACore), 1, Environment.ProcessorCount)
        : Environment.ProcessorCount;

    private static bool IsDepthwise(ILayer? layer) => layer is Conv2d { Groups: > 1 } convolution && convolution.Groups == convolution.InChannels;
}
