using static TorchSharp.torch;

namespace Ml.Cnn.Trainers.Compilation;

/// <summary>What a compiled network is made for.</summary>
/// <param name="Images">The images in a batch: oneDNN chooses the order of weights by it. Other batches are computed too, a little slower perhaps.</param>
/// <param name="Type">The type of values and weights: float32, bfloat16 or float16.</param>
/// <param name="UsesOneDnn">Whether convolutions and linear layers call oneDNN's fused operations, on x64 processors; else libtorch's general ones.</param>
internal sealed record ScriptTarget(long Images, ScalarType Type, bool UsesOneDnn)
{
    /// <summary>Whether images may have any size, not that of the graph alone.</summary>
    public bool IsOfAnySize { get; init; }

    /// <summary>Whether the values of a pixel lie side by side in memory. Default true, which suits oneDNN and tensor cores.</summary>
    public bool ChannelsLast { get; init; } = true;
}
