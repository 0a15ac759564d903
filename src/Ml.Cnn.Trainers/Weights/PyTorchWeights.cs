using Ml.Cnn.Trainers.Text;
using Ml.Cnn.Trainers.Weights.PyTorch;
using TorchSharp;
using static TorchSharp.torch;

namespace Ml.Cnn.Trainers.Weights;

/// <summary>Reads the files that Python's <c>torch.save</c> writes (.pth, .pt), without running what they say, and writes such files.</summary>
/// <remarks>
/// Written is a state dict, as <c>torch.save(network.state_dict(), path)</c> does, for <c>torch.load</c>, also with <c>weights_only=True</c>. Read are
/// the zip archive of PyTorch 1.6 and later, the format before it, and TorchScript archives (<c>torch.jit.save</c>). The file holds a state dict, a
/// module, or a checkpoint with one of them under a usual key such as <c>state_dict</c>, <c>model</c> or <c>net</c>; averaged weights
/// (<c>state_dict_ema</c>, <c>model_ema</c> …) are taken before plain ones, as timm does, unless a key says otherwise. What else is in the file is passed
/// over. Tensors are float64, float32, float16, bfloat16, int64, int32, int16, int8, uint8 or bool, and may be views of a storage that they share (each
/// becomes a tensor of its own). A pickle can ask for any class and function of Python; this reader calls its own that build tensors and containers, puts
/// an object that does nothing in the place of every other, and refuses a file that asks for what runs programs. Every size is checked against the file
/// before anything is allocated: tensors take at most four times the file's length, and what the pickle builds at most about 300 MB.
/// </remarks>
public static class PyTorchWeights
{
    private static readonly Scalar s_zero = 0.ToScalar();

    /// <summary>The most bytes that tensors may take where nothing else is said: 16 GiB.</summary>
    public const long DefaultMaximumBytes = 16L << 30;

    // Views of shared storages may repeat elements: more than this is not a network, but a small file that wants much memory.
    private const int MaximumExpansion = 4;

    /// <summary>Reads the state in a file.</summary>
    /// <param name="path">The file.</param>
    /// <param name="maximumBytes">The most bytes that its tensors may take.</param>
    /// <param name="key">The checkpoint's entry that holds the weights, such as "state_dict"; null: the usual one.</param>
    /// <exception cref="WeightsFormatException">The file is damaged, holds no state, asks for more than tensors and containers, or is too large. The
    /// message names it.</exception>
    /// <exception cref="IOException">The file cannot be read.</exception>
    public static WeightsFile Read(string path, long maximumBytes = DefaultMaximumBytes, string? key = null) =>
        WeightsFile.Open(path, source => Read(source, maximumBytes, key));

    /// <summary>Reads the state in a stream.</summary>
    /// <param name="source">From its beginning to its end; it can seek. Left open.</param>
    /// <param name="maximumBytes">The most bytes that its tensors may take.</param>
    /// <param name="key">The checkpoint's entry that holds the weights, such as "state_dict"; null: the usual one.</param>
    /// <exception cref="ArgumentException">The stream cannot seek.</exception>
    /// <exception cref="WeightsFormatException">As for the other overload.</exception>
    public static WeightsFile Read(Stream source, long maximumBytes = DefaultMaximumBytes, string? key = null)
    {
        ArgumentNullException.ThrowIfNull(source);
        if (!source.CanSeek)
            throw new ArgumentException("The stream must be able to seek: copy it to a file or into memory first.", nameof(source));
        source.Position = 0;
        var isZip = source.ReadByte() == 'P';
        source.Position = 0;
        if (!isZip)
            return Read(new LegacyStorageFile(source), source.Length, maximumBytes, key);
        using var archive = new ZipStorageFile(source);
        return Read(archive, source.Length, maximumBytes, key);
    }

    /// <summary>Writes tensors as a state dict. The same tensors always give the same bytes.</summary>
    /// <param name="destination">Where to; it can seek, and is left open.</param>
    /// <param name="tensors">Names and tensors of any device and layout, in the order that the state dict gets. A tensor may have two names.</param>
    /// <exception cref="ArgumentException">The stream cannot seek, a name appears twice, or PyTorch's format lacks an element type.</exception>
    public static void Write(Stream destination, IEnumerable<KeyValuePair<string, Tensor>> tensors) => Write(destination, tensors, versions: []);

    /// <param name="destination">Where to.</param>
    /// <param name="tensors">Names and tensors.</param>
    /// <param name="versions">The versions of modules by their path, which some modules look at when they load their state.</param>
    /// <inheritdoc cref="Write(Stream, IEnumerable{KeyValuePair{string, Tensor}})"/>
    internal static void Write(Stream destination, IEnumerable<KeyValuePair<string, Tensor>> tensors, IEnumerable<KeyValuePair<string, int>> versions)
    {
        ArgumentNullException.ThrowIfNull(destination);
        ArgumentNullException.ThrowIfNull(tensors);
        if (!destination.CanSeek)
            throw new ArgumentException("The stream must be able to seek: write to a file or into memory first.", nameof(destination));
        var pickle = StateDict.Write(tensors, versions);
        using var archive = new ZipStorageWriter(destination, "archive");
        archive.Add(pickle);
        archive.Add("byteorder", "little");
        archive.Add("version", "3\n"); // of torch.save since 1.6
    }

    private static WeightsFile Read(StorageFile file, long length, long maximumBytes, string? key)
    {
        var found = CheckpointState.Find(file.Root, key);
        var state = StateNames.Normalize(found.Tensors);
        CheckSizes(file, state, length, maximumBytes);
        return new(WeightsFormat.PyTorch, ReadTensors(file, state), new Dictionary<string, string>()) { Key = found.Key, OtherKeys = found.OtherKeys };
    }

    private static void CheckSizes(StorageFile file, IReadOnlyList<KeyValuePair<string, TensorReference>> state, long length, long maximumBytes)
    {
        var storages = new HashSet<string>();
        var (storageBytes, tensorBytes) = (0L, 0L);
        foreach (var (name, tensor) in state)
        {
            try
            {
                if (storages.Add(tensor.Storage.Key))
                {
                    file.Check(tensor.Storage);
                    storageBytes = checked(storageBytes + tensor.Storage.Bytes);
                }
                tensorBytes = checked(tensorBytes + tensor.Count * tensor.Storage.ElementSize);
            }
            catch (WeightsFormatException exception)
            {
                throw new WeightsFormatException($"Tensor '{Listing.Shortened(name)}': {exception.Message}", exception);
            }
            catch (OverflowException exception)
            {
                throw new WeightsFormatException($"Tensor '{Listing.Shortened(name)}' has more bytes than can be counted.", exception);
            }
        }
        if (storageBytes > length)
            throw new WeightsFormatException($"Its storages claim {storageBytes} bytes of a file of {length}.");
        if (tensorBytes > length * MaximumExpansion)
            throw new WeightsFormatException($"Its tensors would take {tensorBytes} bytes, more than {MaximumExpansion} times the file's {length}: they "
                + "repeat the same elements. Save clones of them.");
        if (Math.Max(tensorBytes, storageBytes) > maximumBytes)
            throw new WeightsFormatException($"Its tensors would take {Math.Max(tensorBytes, storageBytes)} bytes; the limit is {maximumBytes}.");
    }

    private static KeyValuePair<string, Tensor>[] ReadTensors(StorageFile file, IReadOnlyList<KeyValuePair<string, TensorReference>> state)
    {
        var tensors = new Tensor?[state.Count];
        try
        {
            foreach (var views in Enumerable.Range(0, state.Count).GroupBy(i => state[i].Value.Storage))
                ReadStorage(file, views.Key, [.. views], state, tensors);
            return [.. state.Select((pair, i) => KeyValuePair.Create(pair.Key, tensors[i]!))];
        }
        catch
        {
            foreach (var tensor in tensors)
                tensor?.Dispose();
            throw;
        }
    }

    private static void ReadStorage(StorageFile file, StorageReference storage, int[] views,
        IReadOnlyList<KeyValuePair<string, TensorReference>> state, Tensor?[] tensors)
    {
        try
        {
            // Any byte but 0 is true: torch expects 1.
            var isDirect = views.Length == 1 && state[views[0]].Value.IsWholeStorage && storage.Type != ScalarType.Bool;
            if (isDirect)
            {
                tensors[views[0]] = empty(state[views[0]].Value.Shape, storage.Type, CPU).DetachFromDisposeScope();
                file.Read(storage, tensors[views[0]]!);
                return;
            }
            using var elements = empty(storage.Count, storage.Type == ScalarType.Bool ? ScalarType.Byte : storage.Type, CPU).DetachFromDisposeScope();
            file.Read(storage, elements);
            foreach (var i in views)
                tensors[i] = Copy(elements, state[i].Value);
        }
        catch (EndOfStreamException exception)
        {
            throw new WeightsFormatException($"The file ends inside tensor '{Listing.Shortened(state[views[0]].Key)}'.", exception);
        }
        catch (WeightsFormatException exception)
        {
            throw new WeightsFormatException($"Tensor '{Listing.Shortened(state[views[0]].Key)}': {exception.Message}", exception);
        }
    }

    private static Tensor Copy(Tensor elements, TensorReference tensor)
    {
        using var scope = NewDisposeScope();
        var view = tensor.Count == 0 ? elements.new_empty(tensor.Shape) : elements.as_strided(tensor.Shape, tensor.Strides, tensor.Offset);
        var copy = tensor.Storage.Type == ScalarType.Bool ? view.ne(s_zero) : view.clone();
        return copy.contiguous().DetachFromDisposeScope();
    }
}
