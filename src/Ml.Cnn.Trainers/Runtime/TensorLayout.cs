using static TorchSharp.torch;

namespace Ml.Cnn.Trainers.Runtime;

/// <summary>How images and filters lie in memory. TorchSharp has no name for it; the layout is the strides alone.</summary>
internal static class TensorLayout
{
    /// <summary>A copy of an N × C × H × W tensor, or the tensor itself, whose channels lie side by side in memory.</summary>
    public static Tensor ChannelsLast(this Tensor tensor) => tensor.permute(0, 2, 3, 1).contiguous().permute(0, 3, 1, 2);
}
