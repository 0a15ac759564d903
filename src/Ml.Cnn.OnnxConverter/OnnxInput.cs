namespace Ml.Cnn.OnnxConverter;

/// <summary>What the network of an ONNX file takes. The batch, N, may have any size.</summary>
public enum OnnxInput
{
    /// <summary>"input": float32, N × channels × height × width, normalized by whoever calls.</summary>
    Tensor,

    /// <summary>"pixels": uint8, N × height × width × channels, of the network's height and width. The file normalizes them.</summary>
    Pixels,

    /// <summary>
    /// "images": uint8, N × any height × any width × channels, decoded images of one size. The file resizes them with antialiasing, cuts out the middle and
    /// normalizes, as the model's preprocessing says.
    /// </summary>
    Images,
}
