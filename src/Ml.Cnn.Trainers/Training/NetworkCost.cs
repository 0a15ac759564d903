using Ml.Cnn.Trainers.Architectures;
using Ml.Cnn.Trainers.Inspection;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Ml.Cnn.Trainers.Training;

/// <summary>How much work one image is, counted rather than timed, so that a run repeats.</summary>
/// <param name="MultiplyAdds">Of the convolutions and linear layers; null for a network whose layers are not this library's.</param>
internal sealed record NetworkCost(long? MultiplyAdds)
{
    // Below this, a core spends longer waiting for the others than on its own part of an operation.
    private const double WorthACore = 100e6;

    public static NetworkCost Of(Module<Tensor, Tensor> network, NetworkShape shape) =>
        new(NetworkGraph.Trace(network, shape).MultiplyAdds is > 0 and var sum ? sum : null);

    /// <summary>The cores that a pass over so many images is worth.</summary>
    public int ThreadsFor(int images) => MultiplyAdds is { } each
        ? (int)Math.Clamp(each * (double)images / WorthACore, 1, Environment.ProcessorCount)
        : Environment.ProcessorCount;
}
