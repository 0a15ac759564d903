using System.Numerics;
using Ml.Cnn.Trainers.Architectures;
using Ml.Cnn.Trainers.Graph;
using Ml.Cnn.Trainers.Layers;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Ml.Cnn.Trainers.Execution;

/// <summary>How much work one image is, counted rather than timed, so that a run repeats.</summary>
/// <param name="MultiplyAdds">Of the convolutions and linear layers; null for a network whose layers are not this library's.</param>
/// <param name="DepthwiseShare">The part of them in depthwise convolutions, 0 to 1: there each filter sees one channel alone.</param>
/// <param name="LargestValues">Numbers of one image that the largest operation takes and gives; 0 where that is not known.</param>
internal sealed record NetworkCost(long? MultiplyAdds, double DepthwiseShare = 0, long LargestValues = 0)
{
    // Values of a scoring batch, in float32: larger batches gain nothing, and VGG-16 would take 820 MB for 32 images.
    private const long BatchMemory = 256L << 20;
    private const int LargestBatch = 32;
    private const int LargestBatchOfSmallNetworks = 64; // where handing images over takes a part of the time
    private const long SmallNetwork = 10_000_000;

    // Below this many multiply-adds, a core spends longer waiting for the others than on its own part of an operation. Cores that
    // are wanted for decoding images too make the others wait longer.
    private const double WorthACore = 25e6;
    private const double WorthABusyCore = 100e6;

    public static NetworkCost Of(Module<Tensor, Tensor> network, NetworkShape shape)
    {
        var graph = NetworkGraph.Trace(network, shape);
        var largest = graph.Nodes.Select(node => node.Shape.Elements(1) + node.Inputs.Sum(input => input.Shape.Elements(1))).DefaultIfEmpty().Max();
        return graph.MultiplyAdds is > 0 and var sum
            ? new(sum, graph.Nodes.Where(node => IsDepthwise(node.Layer)).Sum(node => node.MultiplyAdds) / (double)sum, largest)
            : new(MultiplyAdds: null);
    }

    /// <summary>Images of a batch for scores: a power of two that the values of the largest operation leave room for.</summary>
    public int ScoringBatch
    {
        get
        {
            var largest = MultiplyAdds < SmallNetwork ? LargestBatchOfSmallNetworks : LargestBatch;
            var fitting = (int)Math.Clamp(BatchMemory / Math.Max(1, LargestValues * sizeof(float)), 1, largest);
            return 1 << BitOperations.Log2((uint)fitting);
        }
    }

    /// <summary>The cores that a pass over so many images is worth.</summary>
    /// <param name="images">In a batch.</param>
    /// <param name="besideDecoding">Whether other threads decode images meanwhile.</param>
    public int ThreadsFor(int images, bool besideDecoding) => MultiplyAdds is { } each
        ? (int)Math.Clamp(each * (double)images / (besideDecoding ? WorthABusyCore : WorthACore), 1, Environment.ProcessorCount)
        : Environment.ProcessorCount;

    private static bool IsDepthwise(ILayer? layer) => layer is Conv2d { Groups: > 1 } convolution && convolution.Groups == convolution.InChannels;
}
