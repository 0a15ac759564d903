using static TorchSharp.torch;

namespace Ml.Cnn.Trainers.Runtime;

/// <summary>How images and filters lie in memory. TorchSharp has no name for it; the layout is the strides alone.</summary>
internal static class TensorLayout
{
    /// <summary>A copy of an N × C × H × W tensor, or the tensor itself, whose channels lie side by side in memory.</summary>
    public static Tensor ChannelsLast(this Tensor tensor) => tensor.permute(0, 2, 3, 1).contiguous().permute(0, 3, 1, 2);

    /// <summary>Whether N × C × H × W lies in memory as N × H × W × C, without gaps.</summary>
    public static bool IsChannelsLast(this Tensor tensor)
    {
        long expected = 1;
        foreach (var dimension in (ReadOnlySpan<int>)[1, 3, 2, 0])
        {
            var size = tensor.size(dimension);
            if (size > 1 && tensor.stride(dimension) != expected)
                return false;
            expected *= size;
        }
        return true;
    }
}
