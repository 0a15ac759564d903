using Microsoft.ML.Data;

namespace Ml.Cnn.Onnx.Tests;

/// <summary>A row of drawn digits: 28 × 28 gray pixels.</summary>
internal sealed class Digit
{
    [VectorType(28, 28, 1)]
    public byte[] Image { get; set; } = [];

    public string Label { get; set; } = "";
}
