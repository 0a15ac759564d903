namespace Ml.Cnn.OnnxConverter;

/// <summary>The numbers of an ONNX file's weights and of the values between its layers. What goes in and comes out stays as it is.</summary>
public enum OnnxPrecision
{
    /// <summary>4 bytes a weight.</summary>
    Float32,

    /// <summary>2 bytes a weight; normalization and pooling are computed in float32.</summary>
    Float16,
}
