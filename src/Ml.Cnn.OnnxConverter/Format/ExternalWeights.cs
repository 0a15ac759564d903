using System.Globalization;
using Ml.Cnn.Trainers.Text;

namespace Ml.Cnn.OnnxConverter.Format;

/// <summary>
/// The files of weights beside an ONNX file. Only files in its own folder and below are read, and no links: a file from elsewhere must not lead to whatever
/// its reader may read.
/// </summary>
/// <param name="folder">The folder of the ONNX file.</param>
/// <param name="maximumBytes">The most bytes that the files may have.</param>
internal sealed class ExternalWeights(string folder, long maximumBytes) : IDisposable
{
    private const string Location = "location";
    private const string Offset = "offset";
    private const string Length = "length";

    private readonly Dictionary<string, FileStream> _files = [];
    private long _read;

    /// <summary>Bytes of the files that were opened.</summary>
    public long Bytes { get; private set; }

    public void Dispose()
    {
        foreach (var file in _files.Values)
            file.Dispose();
    }

    /// <summary>The file that holds a tensor's elements, at the first of them.</summary>
    /// <param name="tensor">What the ONNX file says of it.</param>
    /// <param name="bytes">What its shape takes; so many are there.</param>
    /// <exception cref="OnnxFormatException">The place is none that may be read, or lies beyond the file's end.</exception>
    public Stream Find(TensorProto tensor, long bytes)
    {
        string? location = null;
        var (offset, length) = (0L, bytes);
        foreach (var entry in tensor.ExternalData)
        {
            switch (entry.Key)
            {
                case Location:
                    location = entry.Value;
                    break;
                case Offset:
                    offset = Number(tensor, entry);
                    break;
                case Length:
                    length = Number(tensor, entry);
                    break;
            }
        }
        if (length != bytes)
            throw Wrong(tensor, $"takes {bytes} bytes by its shape, and {length} by its place in another file");
        var stream = Open(tensor, location ?? throw Wrong(tensor, "lies in another file, which has no name"));
        if (offset > stream.Length || length > stream.Length - offset)
            throw Wrong(tensor, $"lies at the bytes {offset} to {(UInt128)offset + (UInt128)length} of '{Listing.Shortened(location)}', "
                + $"which has {stream.Length}");
        _read += length;
        if (_read > 2 * Bytes)
            throw new OnnxFormatException($"its weights lie over one another: they take more than twice the {Bytes} bytes of the files beside it");
        stream.Position = offset;
        return stream;
    }

    private FileStream Open(TensorProto tensor, string location)
    {
        if (_files.TryGetValue(location, out var open))
            return open;
        var words = location.Split('/', '\\');
        if (location.Length == 0 || Path.IsPathRooted(location) || words.Any(word => word.Length == 0 || word is ".." || word.Contains(':',
            StringComparison.Ordinal))
            || location.Contains('\0', StringComparison.Ordinal))
            throw Wrong(tensor, $"lies in '{Listing.Shortened(location)}', which is no file in the ONNX file's own folder");
        var path = folder;
        foreach (var word in words)
        {
            path = Path.Join(path, word);
            FileSystemInfo info = Directory.Exists(path) ? new DirectoryInfo(path) : new FileInfo(path);
            if (info.LinkTarget is not null)
                throw Wrong(tensor, $"lies in '{Listing.Shortened(location)}', and '{Listing.Shortened(word)}' is a link, which is not followed");
        }
        var file = new FileInfo(path);
        if (!file.Exists || file.Length == 0)
            throw Wrong(tensor, $"lies in '{Listing.Shortened(location)}', which is not there or empty");
        Bytes += file.Length;
        if (Bytes > maximumBytes)
            throw new OnnxFormatException($"the files of weights beside it have more than {maximumBytes} bytes");
        return _files[location] = new(path, FileMode.Open, FileAccess.Read, FileShare.Read, bufferSize: 1 << 16);
    }

    private static long Number(TensorProto tensor, StringStringEntryProto entry) =>
        long.TryParse(entry.Value, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number
            : throw Wrong(tensor, $"has the {entry.Key} '{Listing.Shortened(entry.Value)}', which is no number of bytes");

    private static OnnxFormatException Wrong(TensorProto tensor, string what) => new($"the tensor '{Listing.Shortened(tensor.Name)}' {what}");
}
