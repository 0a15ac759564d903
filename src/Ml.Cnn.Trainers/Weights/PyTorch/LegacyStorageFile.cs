using System.Globalization;
using System.Numerics;
using Ml.Cnn.Trainers.Text;
using Ml.Cnn.Trainers.Weights.Formats;
using static TorchSharp.torch;

namespace Ml.Cnn.Trainers.Weights.PyTorch;

/// <summary>
/// PyTorch's format before 1.6: five pickles (a magic number, the protocol, the machine, what was saved, the storages' keys), then
/// each storage as its number of elements (eight bytes) and the elements.
/// </summary>
/// <remarks>https://github.com/pytorch/pytorch/blob/main/torch/serialization.py, <c>_legacy_save</c>.</remarks>
internal sealed class LegacyStorageFile : StorageFile
{
    private const long Protocol = 1001;
    private const int CountBytes = sizeof(long);

    private static readonly BigInteger s_magic = BigInteger.Parse("1950a86a20f9469cfc6c", NumberStyles.HexNumber, CultureInfo.InvariantCulture);

    private readonly Stream _source;
    private readonly Dictionary<string, long> _positions = [];

    public LegacyStorageFile(Stream source)
    {
        _source = source;
        var storages = new Storages();
        if (ReadPickle(storages) is not BigInteger magic || magic != s_magic)
            throw new WeightsFormatException("It is a pickle, but not one of torch.save.");
        if (ReadPickle(storages) is not Protocol)
            throw new WeightsFormatException($"It is of another protocol than {Protocol}.");
        if (ReadPickle(storages) is PickledDictionary machine && machine.Items.Any(item => item.Key is "little_endian" && item.Value is false))
            throw new WeightsFormatException("It was written on a big-endian machine. Load and save it again with PyTorch on another one.");
        Root = ReadPickle(storages);
        if (ReadPickle(storages) is not PickledSequence keys)
            throw new WeightsFormatException("It has no list of its storages.");
        Locate(keys, storages.ByKey);
    }

    public override object? Root { get; }

    public override void Check(StorageReference storage)
    {
        if (!_positions.ContainsKey(storage.Key))
            throw new WeightsFormatException($"It lacks the storage '{Listing.Shortened(storage.Key)}'.");
    }

    public override void Read(StorageReference storage, Tensor destination)
    {
        _source.Position = _positions[storage.Key];
        TensorMemory.ReadFrom(destination, _source);
    }

    private void Locate(PickledSequence keys, IReadOnlyDictionary<string, StorageReference> storages)
    {
        foreach (var item in keys.Items)
        {
            if (item is not string key || !storages.TryGetValue(key, out var storage))
                throw new WeightsFormatException("It lists a storage that no tensor uses.");
            var input = new PickleInput(_source, _source.Length - _source.Position);
            var start = _source.Position;
            var count = input.ReadInt64();
            if (count != storage.Count || storage.Bytes > _source.Length - start - CountBytes)
                throw new WeightsFormatException(
                    $"The storage '{Listing.Shortened(key)}' should have {storage.Count} elements; the file has {count}, or ends before them.");
            if (!_positions.TryAdd(key, start + CountBytes))
                throw new WeightsFormatException($"It lists the storage '{Listing.Shortened(key)}' twice.");
            _source.Position = start + CountBytes + storage.Bytes;
        }
    }

    private object? ReadPickle(Storages storages)
    {
        var start = _source.Position;
        var input = new PickleInput(_source, Math.Min(Unpickler.MaximumLength, _source.Length - start));
        var value = new Unpickler(input, storages.Find).Read();
        _source.Position = start + input.Position;
        return value;
    }
}
