namespace Ml.Cnn.OnnxConverter;

/// <summary>
/// An ONNX file is damaged, asks for more than it may, or holds an operator that no layer of the library does. The message names the file and the node.
/// </summary>
public sealed class OnnxFormatException : FormatException
{
    /// <summary>An exception without a message.</summary>
    public OnnxFormatException() { }

    /// <summary>An exception with a message.</summary>
    public OnnxFormatException(string message) : base(message) { }

    /// <summary>An exception with a message and a cause.</summary>
    public OnnxFormatException(string message, Exception? innerException) : base(message, innerException) { }
}
