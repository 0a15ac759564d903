namespace Ml.Cnn.Trainers.Onnx;

/// <summary>The numbers that ONNX gives to types of elements (TensorProto.DataType).</summary>
internal static class OnnxTypes
{
    public const long Float32 = 1;
    public const long UInt8 = 2;
    public const long Int64 = 7;
    public const long Float16 = 10;
    public const long UInt32 = 12;
}
