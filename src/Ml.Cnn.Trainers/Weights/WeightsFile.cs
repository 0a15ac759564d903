using System.Buffers.Binary;
using Ml.Cnn.Trainers.Text;
using Ml.Cnn.Trainers.Weights.Formats;
using static TorchSharp.torch;

namespace Ml.Cnn.Trainers.Weights;

/// <summary>The formats of weight files.</summary>
public enum WeightsFormat
{
    /// <summary>.safetensors: names, shapes and elements.</summary>
    SafeTensors,

    /// <summary>Python's <c>torch.save</c> or <c>torch.jit.save</c>: .pth or .pt, a zip archive or the older format.</summary>
    PyTorch,
}

/// <summary>The state of a network from a file of any format. Owns the tensors.</summary>
/// <remarks>
/// Names are brought to today's: <c>module.</c> before all of them and <c>_orig_mod.</c> anywhere are taken away, and the layers of early DenseNet files
/// are renamed (<c>denselayer1.norm.1.weight</c> is <c>denselayer1.norm1.weight</c>). Any other prefix goes when <see cref="WeightsLoader"/>
/// brings the weights into a network.
/// </remarks>
public sealed class WeightsFile : IDisposable
{
    private const int TarMagic = 257;

    internal WeightsFile(WeightsFormat format, IReadOnlyList<KeyValuePair<string, Tensor>> tensors, IReadOnlyDictionary<string, string> metadata) =>
        (Format, Tensors, Metadata) = (format, tensors, metadata);

    /// <summary>What the file was.</summary>
    public WeightsFormat Format { get; }

    /// <summary>Names and tensors (on the CPU, contiguous) in the order of the file's state.</summary>
    public IReadOnlyList<KeyValuePair<string, Tensor>> Tensors { get; }

    /// <summary>The entries of a checkpoint that led to the weights, such as "state_dict"; empty where the file holds nothing else.</summary>
    public string Key { get; internal init; } = "";

    /// <summary>Entries of the checkpoint that hold weights, too: averaged or plain ones. Empty for most files.</summary>
    public IReadOnlyList<string> OtherKeys { get; internal init; } = [];

    /// <summary>The texts of a .safetensors file; empty for other formats.</summary>
    public IReadOnlyDictionary<string, string> Metadata { get; }

    /// <summary>Reads a file of any known format; its content tells which, not its name.</summary>
    /// <param name="path">The file.</param>
    /// <param name="maximumBytes">The most bytes that its tensors may take. Default 16 GiB.</param>
    /// <param name="key">
    /// The checkpoint's entry that holds the weights, such as "state_dict". Null: the usual one, and averaged weights before plain ones.
    /// </param>
    /// <exception cref="WeightsFormatException">The file is of no known format, damaged, or too large; see <see cref="PyTorchWeights"/>. The message
    /// names it.</exception>
    /// <exception cref="IOException">The file cannot be read.</exception>
    public static WeightsFile Read(string path, long maximumBytes = PyTorchWeights.DefaultMaximumBytes, string? key = null) =>
        Open(path, source => Read(source, maximumBytes, key));

    /// <summary>Reads a stream of any known format.</summary>
    /// <param name="source">From its beginning to its end; it can seek. Left open.</param>
    /// <param name="maximumBytes">The most bytes that its tensors may take. Default 16 GiB.</param>
    /// <param name="key">
    /// The checkpoint's entry that holds the weights, such as "state_dict". Null: the usual one, and averaged weights before plain ones.
    /// </param>
    /// <exception cref="ArgumentException">The stream cannot seek.</exception>
    /// <exception cref="WeightsFormatException">As for the other overload.</exception>
    public static WeightsFile Read(Stream source, long maximumBytes = PyTorchWeights.DefaultMaximumBytes, string? key = null)
    {
        ArgumentNullException.ThrowIfNull(source);
        if (!source.CanSeek)
            throw new ArgumentException("The stream must be able to seek: copy it to a file or into memory first.", nameof(source));
        if (Recognize(source) == WeightsFormat.PyTorch)
            return PyTorchWeights.Read(source, maximumBytes, key);
        return key is null ? ReadSafeTensors(source, maximumBytes)
            : throw new WeightsFormatException($"It has no weights under the key '{Listing.Shortened(key)}': a .safetensors file has no entries to choose "
            + "between.");
    }

    /// <summary>Disposes the tensors.</summary>
    public void Dispose()
    {
        foreach (var (_, tensor) in Tensors)
            tensor.Dispose();
    }

    /// <summary>Reads a file, and names it in what goes wrong with it.</summary>
    internal static WeightsFile Open(string path, Func<Stream, WeightsFile> read)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        using var source = File.OpenRead(path);
        try
        {
            return read(source);
        }
        catch (WeightsFormatException exception)
        {
            throw new WeightsFormatException($"'{path}' cannot be read as weights. {exception.Message}", exception);
        }
    }

    private static WeightsFile ReadSafeTensors(Stream source, long maximumBytes)
    {
        if (source.Length > maximumBytes)
            throw new WeightsFormatException($"It has {source.Length} bytes; the limit is {maximumBytes}.");
        source.Position = 0;
        var file = SafeTensors.Read(source, source.Length);
        try
        {
            return new(WeightsFormat.SafeTensors, StateNames.Normalize(file.Tensors), file.Metadata);
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }

    private static WeightsFormat Recognize(Stream source)
    {
        source.Position = 0;
        Span<byte> start = stackalloc byte[512];
        start = start[..source.ReadAtLeast(start, start.Length, throwOnEndOfStream: false)];
        // A .safetensors header may have a length that looks like the beginning of a pickle.
        if (start.Length > 8 && start[8] == '{' && BinaryPrimitives.ReadUInt64LittleEndian(start) <= SafeTensorsHeader.MaximumLength)
            return WeightsFormat.SafeTensors;
        if (start.StartsWith("PK\x03\x04"u8) || start.StartsWith((byte)0x80))
            return WeightsFormat.PyTorch;
        if (start.Length > TarMagic + 5 && start[TarMagic..].StartsWith("ustar"u8))
            throw new WeightsFormatException("It is a tar archive, as PyTorch wrote them before 0.2: load and save it again with a later PyTorch.");
        if (start.StartsWith("version https://git-lfs"u8))
            throw new WeightsFormatException("It is a pointer of Git LFS, not the weights themselves: run 'git lfs pull'.");
        if (start.TrimStart(" \r\n\t"u8).StartsWith((byte)'<'))
            throw new WeightsFormatException("It is a web page, not weights: the address it came from answered with something else.");
        throw new WeightsFormatException($"It is neither a .safetensors file nor one of PyTorch's (.pth, .pt){(start.Length == 0 ? ": it is empty" : "")}.");
    }
}
