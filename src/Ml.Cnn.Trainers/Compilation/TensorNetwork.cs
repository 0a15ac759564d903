using Ml.Cnn.Trainers.Input;
using static TorchSharp.torch;

namespace Ml.Cnn.Trainers.Compilation;

/// <summary>A network that libtorch computes.</summary>
internal abstract class TensorNetwork : CompiledNetwork
{
    public sealed override void Run(PixelBatch images, Span<float> output)
    {
        using var launched = Launch(images);
        launched.CopyTo(output);
    }

    public sealed override LaunchedOutput Launch(PixelBatch images)
    {
        using var scope = NewDisposeScope();
        using var mode = inference_mode();
        return new LaunchedTensor(Run(((ImageBatch)images).Pixels).DetachFromDisposeScope());
    }

    /// <summary>Runs the network on images, N × channels × height × width, float32. The caller owns the result, float32 on the network's device.</summary>
    public abstract Tensor Run(Tensor images);
}
