using System.IO.Compression;
using System.Text;
using Ml.Cnn.Trainers.Weights.Formats;
using static TorchSharp.torch;

namespace Ml.Cnn.Trainers.Weights.PyTorch;

/// <summary>Writes PyTorch's zip format, which <see cref="ZipStorageFile"/> reads. The same content always gives the same bytes.</summary>
/// <param name="destination">Where to; it can seek, and is left open.</param>
/// <param name="folder">The name of the folder that all entries are in.</param>
internal sealed class ZipStorageWriter(Stream destination, string folder) : IDisposable
{
    private static readonly DateTimeOffset s_noTime = new(1980, 1, 1, 0, 0, 0, TimeSpan.Zero); // a zip file's first day

    private readonly ZipArchive _archive = new(destination, ZipArchiveMode.Create, leaveOpen: true);

    /// <summary>The pickle, and a storage for each of its tensors.</summary>
    public void Add(PickleWriter pickle)
    {
        Add("data.pkl", pickle.Finish());
        for (var key = 0; key < pickle.Storages.Count; key++)
            Add(FormattableString.Invariant($"data/{key}"), pickle.Storages[key]);
    }

    public void Add(string name, ReadOnlySpan<byte> content)
    {
        using var entry = Open(name);
        entry.Write(content);
    }

    public void Add(string name, string text) => Add(name, Encoding.UTF8.GetBytes(text));

    /// <summary>Writes the directory at the end.</summary>
    public void Dispose() => _archive.Dispose();

    private void Add(string name, Tensor tensor)
    {
        using var entry = Open(name);
        TensorMemory.CopyTo(tensor, entry);
    }

    // Uncompressed, as PyTorch demands of storages.
    private Stream Open(string name)
    {
        var entry = _archive.CreateEntry($"{folder}/{name}", CompressionLevel.NoCompression);
        entry.LastWriteTime = s_noTime;
        return entry.Open();
    }
}
