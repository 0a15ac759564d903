using System.Buffers.Binary;
using Ml.Cnn.Trainers.Text;
using Ml.Cnn.Trainers.Weights.Formats;
using static TorchSharp.torch;

namespace Ml.Cnn.Trainers.Weights;

/// <summary>Reads and writes the .safetensors format: named tensors, and nothing that could be executed.</summary>
/// <remarks>
/// Eight bytes of header length (little-endian), a JSON header, then the tensors' bytes in row-major order:
/// https://github.com/huggingface/safetensors#format. Element types: F64, F32, F16, BF16, I64, I32, I16, I8, U8, BOOL.
/// </remarks>
public static class SafeTensors
{
    private const int LengthBytes = sizeof(ulong);

    /// <summary>Writes tensors. The same tensors and metadata always give the same bytes.</summary>
    /// <param name="destination">Where to; written front to back, and left open.</param>
    /// <param name="tensors">Names and tensors of any device and layout; the header keeps their order.</param>
    /// <param name="metadata">Texts to keep beside them, or null.</param>
    /// <exception cref="ArgumentException">A name appears twice or is "__metadata__", or the format lacks an element type.</exception>
    public static void Write(Stream destination, IEnumerable<KeyValuePair<string, Tensor>> tensors, IReadOnlyDictionary<string, string>? metadata = null)
    {
        ArgumentNullException.ThrowIfNull(destination);
        ArgumentNullException.ThrowIfNull(tensors);

        var all = tensors.ToArray();
        var names = new HashSet<string> { "__metadata__" };
        if (Array.Find(all, pair => !names.Add(pair.Key)) is { Key: not null } twice)
            throw new ArgumentException($"The name '{twice.Key}' appears twice or is kept for the metadata.", nameof(tensors));

        // Wide elements first, so that every tensor starts at a multiple of its element's size.
        var places = new SafeTensorsEntry[all.Length];
        var order = Enumerable.Range(0, all.Length).OrderByDescending(i => ElementTypes.Of(all[i].Value.dtype).Size).ToArray();
        var place = 0L;
        foreach (var i in order)
        {
            var (name, tensor) = all[i];
            var end = place + tensor.numel() * ElementTypes.Of(tensor.dtype).Size;
            places[i] = new(name, tensor.dtype, tensor.shape, place, end);
            place = end;
        }

        var header = new SafeTensorsHeader(places, metadata ?? new Dictionary<string, string>()).ToBytes();
        Span<byte> length = stackalloc byte[LengthBytes];
        BinaryPrimitives.WriteUInt64LittleEndian(length, (ulong)header.Length);
        destination.Write(length);
        destination.Write(header);
        foreach (var i in order)
            TensorMemory.CopyTo(all[i].Value, destination);
    }

    /// <summary>Reads every tensor of a file.</summary>
    /// <param name="source">Where from; read front to back from its position, and left open behind the last tensor.</param>
    /// <param name="length">How many bytes belong to the file.</param>
    /// <exception cref="WeightsFormatException">The file is damaged. Nothing is allocated for a tensor that the file is too short for.</exception>
    public static SafeTensorsFile Read(Stream source, long length)
    {
        var header = ReadHeader(source, length);
        var tensors = new Dictionary<string, Tensor>();
        try
        {
            ReadTensors(source, header, (entry, tensor) => tensors.Add(entry.Name, tensor));
            return new([.. header.Entries.Select(entry => KeyValuePair.Create(entry.Name, tensors[entry.Name]))], header.Metadata);
        }
        catch
        {
            foreach (var tensor in tensors.Values)
                tensor.Dispose();
            throw;
        }
    }

    internal static SafeTensorsHeader ReadHeader(Stream source, long length)
    {
        ArgumentNullException.ThrowIfNull(source);
        if (source.CanSeek && source.Length - source.Position < length)
            throw new WeightsFormatException($"The file should have {length} bytes, but {source.Length - source.Position} are left.");
        if (length < LengthBytes)
            throw new WeightsFormatException($"A file of {length} bytes is too short to hold weights.");

        Span<byte> prefix = stackalloc byte[LengthBytes];
        ReadExactly(source, prefix);
        var headerLength = BinaryPrimitives.ReadUInt64LittleEndian(prefix);
        if (headerLength > SafeTensorsHeader.MaximumLength || (long)headerLength > length - LengthBytes)
            throw new WeightsFormatException(
                $"The header claims {headerLength} bytes of a file of {length}: this is not a .safetensors file, or it is damaged.");
        var header = new byte[headerLength];
        ReadExactly(source, header);
        return SafeTensorsHeader.Parse(header, length - LengthBytes - (long)headerLength);
    }

    /// <summary>Reads the tensors in the order of their bytes.</summary>
    /// <param name="source">The stream, behind the header.</param>
    /// <param name="header">The header.</param>
    /// <param name="receive">Gets each tensor in turn (on the CPU, contiguous, outside any dispose scope) and owns it.</param>
    /// <param name="place">The contiguous CPU tensor of the entry's type that takes an entry's bytes directly; null to be handed a new one.</param>
    internal static void ReadTensors(Stream source, SafeTensorsHeader header, Action<SafeTensorsEntry, Tensor> receive,
        Func<SafeTensorsEntry, Tensor?>? place = null)
    {
        foreach (var entry in header.Entries.OrderBy(entry => entry.Begin).ThenBy(entry => entry.End))
        {
            var own = place?.Invoke(entry);
            var tensor = own ?? empty(entry.Shape, entry.Type, CPU).DetachFromDisposeScope();
            try
            {
                TensorMemory.ReadFrom(tensor, source);
            }
            catch (EndOfStreamException exception)
            {
                if (own is null)
                    tensor.Dispose();
                throw new WeightsFormatException($"The file ends inside tensor '{Listing.Shortened(entry.Name)}'.", exception);
            }
            if (own is null)
                receive(entry, tensor);
        }
    }

    private static void ReadExactly(Stream source, Span<byte> bytes)
    {
        try
        {
            source.ReadExactly(bytes);
        }
        catch (EndOfStreamException exception)
        {
            throw new WeightsFormatException("The file ends inside its header.", exception);
        }
    }
}

/// <summary>The tensors and texts of a .safetensors file. Owns the tensors.</summary>
public sealed class SafeTensorsFile : IDisposable
{
    internal SafeTensorsFile(IReadOnlyList<KeyValuePair<string, Tensor>> tensors, IReadOnlyDictionary<string, string> metadata) =>
        (Tensors, Metadata) = (tensors, metadata);

    /// <summary>Names and tensors (on the CPU, contiguous) in the order of the file's header.</summary>
    public IReadOnlyList<KeyValuePair<string, Tensor>> Tensors { get; }

    /// <summary>The texts kept beside them; empty if there are none.</summary>
    public IReadOnlyDictionary<string, string> Metadata { get; }

    /// <summary>Disposes the tensors.</summary>
    public void Dispose()
    {
        foreach (var (_, tensor) in Tensors)
            tensor.Dispose();
    }
}
