using System.IO.Compression;
using System.Text;
using Ml.Cnn.Trainers.Text;
using Ml.Cnn.Trainers.Weights.Formats;
using static TorchSharp.torch;

namespace Ml.Cnn.Trainers.Weights.PyTorch;

/// <summary>PyTorch's format since 1.6: a zip archive with <c>NAME/data.pkl</c> and each storage as <c>NAME/data/KEY</c>, uncompressed.</summary>
/// <remarks>
/// The archive's checksums are not looked at: PyTorch itself can be told to leave them out. A download is checked by its hash.
/// </remarks>
internal sealed class ZipStorageFile : StorageFile, IDisposable
{
    private const string PickleName = "data.pkl";
    private const int MaximumEntries = 200_000;

    private readonly ZipArchive _archive;
    private readonly Dictionary<string, ZipArchiveEntry> _entries = [];
    private readonly string _folder;
    private readonly long _length;

    public ZipStorageFile(Stream source)
    {
        _length = source.Length;
        _archive = OpenArchive(source);
        try
        {
            if (_archive.Entries.Count > MaximumEntries)
                throw new WeightsFormatException($"The archive has {_archive.Entries.Count} entries; {MaximumEntries} are the most that are read.");
            foreach (var entry in _archive.Entries)
            {
                if (!_entries.TryAdd(entry.FullName, entry))
                    throw new WeightsFormatException($"The archive has two entries '{Listing.Shortened(entry.FullName)}'.");
            }
            _folder = FindFolder();
            CheckByteOrder();
            Root = ReadPickle();
        }
        catch (InvalidDataException exception)
        {
            _archive.Dispose();
            throw Damaged(exception);
        }
        catch
        {
            _archive.Dispose();
            throw;
        }
    }

    public override object? Root { get; }

    public override void Check(StorageReference storage) => Find(storage);

    public override void Read(StorageReference storage, Tensor destination)
    {
        using var stream = OpenStored(Find(storage));
        try
        {
            TensorMemory.ReadFrom(destination, stream);
        }
        catch (InvalidDataException exception)
        {
            throw Damaged(exception);
        }
    }

    public void Dispose() => _archive.Dispose();

    private ZipArchiveEntry Find(StorageReference storage)
    {
        if (!_entries.TryGetValue($"{_folder}data/{storage.Key}", out var entry))
            throw new WeightsFormatException($"The archive lacks the storage '{Listing.Shortened(storage.Key)}'.");
        if (entry.Length != storage.Bytes)
            throw new WeightsFormatException(
                $"The storage '{Listing.Shortened(storage.Key)}' should have {storage.Bytes} bytes, but the archive has {entry.Length}.");
        if (entry.CompressedLength != entry.Length || entry.Length > _length)
            throw new WeightsFormatException(
                $"The entry '{Listing.Shortened(entry.FullName)}' is compressed or longer than the file; PyTorch stores its entries as they are.");
        return entry;
    }

    private static ZipArchive OpenArchive(Stream source)
    {
        try
        {
            var archive = new ZipArchive(source, ZipArchiveMode.Read, leaveOpen: true);
            _ = archive.Entries; // reads the directory
            return archive;
        }
        catch (Exception exception) when (exception is InvalidDataException or EndOfStreamException or ArgumentException)
        {
            throw Damaged(exception);
        }
    }

    private string FindFolder()
    {
        var pickles = _entries.Keys.Where(name => name.EndsWith("/" + PickleName, StringComparison.Ordinal) || name == PickleName).ToArray();
        if (pickles.Length != 1)
            throw new WeightsFormatException($"The archive has {pickles.Length} entries '{PickleName}' instead of one: it was not written by torch.save.");
        return pickles[0][..^PickleName.Length];
    }

    private void CheckByteOrder()
    {
        if (!_entries.TryGetValue($"{_folder}byteorder", out var entry) || entry.Length > 16)
            return;
        using var reader = new StreamReader(OpenStored(entry), Encoding.ASCII);
        if (reader.ReadToEnd() is "big")
            throw new WeightsFormatException("It was written on a big-endian machine. Load and save it again with PyTorch on another one.");
    }

    private object? ReadPickle()
    {
        var entry = _entries[_folder + PickleName];
        if (entry.Length > Unpickler.MaximumLength)
            throw new WeightsFormatException($"Its pickle has {entry.Length} bytes; {Unpickler.MaximumLength} are the most that are read.");
        using var stream = OpenStored(entry);
        return new Unpickler(new PickleInput(stream, entry.Length), new Storages().Find).Read();
    }

    private Stream OpenStored(ZipArchiveEntry entry)
    {
        if (entry.CompressedLength != entry.Length || entry.Length > _length)
            throw new WeightsFormatException(
                $"The entry '{Listing.Shortened(entry.FullName)}' is compressed or longer than the file; PyTorch stores its entries as they are.");
        try
        {
            return entry.Open();
        }
        catch (Exception exception) when (exception is InvalidDataException or EndOfStreamException or NotSupportedException)
        {
            throw Damaged(exception);
        }
    }

    private static WeightsFormatException Damaged(Exception exception) => new($"The archive is damaged or cut short: {exception.Message}", exception);
}
