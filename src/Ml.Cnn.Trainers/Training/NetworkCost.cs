using Ml.Cnn.Trainers.Architectures;
using Ml.Cnn.Trainers.Layers;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Ml.Cnn.Trainers.Training;

/// <summary>How much work one image is, counted rather than timed, so that a run repeats.</summary>
/// <param name="MultiplyAdds">Of the convolutions and linear layers; null for a network whose layers are not this library's.</param>
internal sealed record NetworkCost(long? MultiplyAdds)
{
    // Below this, a core spends longer waiting for the others than on its own part of an operation.
    private const double WorthACore = 100e6;

    public static NetworkCost Of(Module<Tensor, Tensor> network, NetworkShape shape)
    {
        long sum = 0;
        var wasTraining = network.training;
        network.eval(); // one image is no batch for batch norm
        using (NewDisposeScope())
        using (inference_mode())
        using (new ForwardTrace((layer, _, output) => sum += (layer as Layer)?.MultiplyAdds(output) ?? 0))
            network.forward(zeros(1, shape.Channels, shape.Height, shape.Width));
        network.train(wasTraining);
        return new(sum > 0 ? sum : null);
    }

    /// <summary>The cores that a pass over so many images is worth.</summary>
    public int ThreadsFor(int images) => MultiplyAdds is { } each
        ? (int)Math.Clamp(each * (double)images / WorthACore, 1, Environment.ProcessorCount)
        : Environment.ProcessorCount;
}
