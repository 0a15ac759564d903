namespace Ml.Cnn.Onnx.Files;

/// <summary>An ONNX file: on the disk, or as it came out of model.zip.</summary>
internal sealed class OnnxContent
{
    private readonly string? _path;
    private readonly byte[]? _bytes;
    private readonly DateTime _time;

    private OnnxContent(string? path, byte[]? bytes, long length, DateTime time) => (_path, _bytes, Length, _time) = (path, bytes, length, time);

    /// <summary>What it is called in messages.</summary>
    public string Name => _path is null ? "the network in model.zip" : $"'{_path}'";

    /// <summary>In bytes.</summary>
    public long Length { get; }

    /// <summary>The file on the disk; null for one of model.zip.</summary>
    public string? Path => _path;

    /// <summary>A file on the disk, which is read again when the model is saved.</summary>
    /// <exception cref="IOException">There is none that can be read.</exception>
    public static OnnxContent At(string path)
    {
        var file = new FileInfo(path);
        if (Directory.Exists(path))
            throw new IOException($"'{path}' is a folder. Name an ONNX file.");
        if (!file.Exists)
            throw new FileNotFoundException($"There is no file '{path}'.", path);
        try
        {
            using var stream = Open(path); // ONNX Runtime says nothing of rights
        }
        catch (UnauthorizedAccessException e)
        {
            throw new IOException($"'{path}' cannot be read: {e.Message}", e);
        }
        return new(path, bytes: null, file.Length, file.LastWriteTimeUtc);
    }

    /// <summary>A file in memory, which stays there for saving.</summary>
    public static OnnxContent Of(byte[] bytes) => new(path: null, bytes, bytes.LongLength, time: default);

    /// <summary>All of it.</summary>
    /// <exception cref="IOException">The file has changed since it was loaded, or has weights beside it, so that it is not the network alone.</exception>
    public byte[] Read()
    {
        if (_bytes is not null)
            return _bytes;
        var file = new FileInfo(_path!);
        if (!file.Exists || file.Length != Length || file.LastWriteTimeUtc != _time)
            throw new IOException($"{Name} was changed or deleted after the network was loaded from it, and so cannot be saved again. Load it anew.");
        if (File.Exists(_path + ".data") || Length > Array.MaxLength)
        {
            throw new IOException($"{Name} has its weights in a file beside it, '{_path}.data', or is larger than 2 GB: such a network cannot be saved in "
                + "model.zip. Serve the ONNX file itself.");
        }
        return File.ReadAllBytes(_path!);
    }

    private static FileStream Open(string path) => new(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);

    /// <summary>The bytes in memory; null where it lies on the disk.</summary>
    public byte[]? Bytes => _bytes;
}
