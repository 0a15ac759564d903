namespace Ml.Cnn.Onnx.Tests;

/// <summary>A row of image files.</summary>
internal sealed class Photo
{
    public byte[] Image { get; set; } = [];

    public string Label { get; set; } = "";
}
