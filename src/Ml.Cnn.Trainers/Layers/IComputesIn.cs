using static TorchSharp.torch;

namespace Ml.Cnn.Trainers.Layers;

/// <summary>A layer whose arithmetic may be coarser than its weights: matrix products in bfloat16 with float32 weights beside them.</summary>
internal interface IComputesIn
{
    /// <summary>The type of the operands; null: that of the weights.</summary>
    ScalarType? ComputeType { get; set; }
}
