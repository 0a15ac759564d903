using Google.Protobuf;

namespace Ml.Cnn.OnnxConverter.Format;

/// <summary>An ONNX file that was read, and the files of weights beside it, which are read when they are wanted.</summary>
internal sealed class OnnxSource : IDisposable
{
    private OnnxSource(ModelProto model, long bytes, ExternalWeights weights) => (Model, Bytes, Weights) = (model, bytes, weights);

    public ModelProto Model { get; }

    /// <summary>Bytes of the file and of the files of weights that were opened.</summary>
    public long AllBytes => Bytes + Weights.Bytes;

    /// <summary>Bytes of the file.</summary>
    public long Bytes { get; }

    /// <summary>The files beside it.</summary>
    public ExternalWeights Weights { get; }

    /// <summary>Reads a file.</summary>
    /// <param name="path">The file.</param>
    /// <param name="maximumBytes">The most bytes that it and the files beside it may have.</param>
    /// <exception cref="OnnxFormatException">It is no ONNX file, or too large.</exception>
    /// <exception cref="IOException">It cannot be read.</exception>
    public static OnnxSource Read(string path, long maximumBytes)
    {
        var full = Path.GetFullPath(path);
        if (!File.Exists(full))
            throw new FileNotFoundException($"There is no ONNX file '{path}'.", path);
        using var stream = new FileStream(full, FileMode.Open, FileAccess.Read, FileShare.Read, bufferSize: 1 << 16);
        if (stream.Length > Math.Min(maximumBytes, int.MaxValue))
            throw new OnnxFormatException($"it has {stream.Length} bytes; the limit is {Math.Min(maximumBytes, int.MaxValue)}");
        ProtobufScan.Check(stream, ModelProto.Descriptor);
        stream.Position = 0;
        try
        {
            // Training information, functions and whatever else this library does not know takes no memory.
            var model = ModelProto.Parser.WithDiscardUnknownFields(true).ParseFrom(stream);
            return new(model, stream.Length, new(Path.GetDirectoryName(full)!, maximumBytes - stream.Length));
        }
        catch (InvalidProtocolBufferException e)
        {
            throw new OnnxFormatException($"it is no ONNX file, or it is damaged: {e.Message}", e);
        }
    }

    public void Dispose() => Weights.Dispose();
}
