namespace Ml.Cnn.OnnxConverter;

/// <summary>A network cannot be written as ONNX, or what was written does not compute what the network does. No file is left.</summary>
public sealed class OnnxExportException : Exception
{
    /// <summary>An exception without a message.</summary>
    public OnnxExportException() { }

    /// <summary>An exception with a message.</summary>
    public OnnxExportException(string message) : base(message) { }

    /// <summary>An exception with a message and a cause.</summary>
    public OnnxExportException(string message, Exception? innerException) : base(message, innerException) { }
}
