using System.Diagnostics.CodeAnalysis;
using Microsoft.Win32.SafeHandles;

namespace Ml.Cnn.Trainers.Input;

/// <summary>Epochs over a data view that cannot shuffle (an enumerable, a text loader): its rows, once written to a temporary file.</summary>
/// <remarks>
/// A data view of this kind often comes sorted by class, and a pool of a few thousand rows does not mix that. One pass copies
/// the rows as they are (encoded images stay encoded) to disk; then every epoch reads them in a fully random order with
/// memory that does not grow with the data. The file is deleted when training ends, also when the process is killed.
/// </remarks>
internal sealed class SpooledSource : IEpochSource
{
    private readonly record struct Place(
        long Offset, int Length, int Width, int Height, uint Label, float Weight, ulong Id, ReadOnlyMemory<char> Path, string? Defect);

    private readonly string _path;
    private readonly SafeFileHandle _file;
    private readonly List<Place> _places = [];
    private readonly RowOrder _order;
    private readonly MappedBytes? _map;

    /// <param name="rows">The data view's rows in its own order.</param>
    /// <param name="folder">Where the temporary file goes.</param>
    /// <param name="seed">Fixes the orders.</param>
    /// <param name="isBalanced">Whether each class comes equally often rather than each row once.</param>
    /// <param name="isMapped">
    /// Whether the file is mapped into memory for reading: faster by a system call for every row, and the pages that stay in memory
    /// count as the process's own until the system wants them back.
    /// </param>
    public SpooledSource(IRowFeed rows, string folder, int seed, bool isBalanced = false, bool isMapped = false)
    {
        _path = Path.Combine(folder, $"mlcnn-{Guid.NewGuid():N}.rows");
        _file = Create();
        try
        {
            long end = 0;
            while (rows.TryRead(out var row))
            {
                var stored = row.Defect is null ? row.Content.Stored : [];
                Write(stored, end);
                var (width, height) = row.Defect is null ? (row.Content.Width, row.Content.Height) : default;
                _places.Add(new(end, stored.Length, width, height, row.Label, row.Weight, row.Id, row.Path, row.Defect));
                end += stored.Length;
                rows.Recycle(row);
            }
            _order = RowOrder.Create([.. _places.Select(place => place.Label)], seed, isBalanced);
            if (isMapped && end > 0)
                _map = new MappedBytes(_file, end);
        }
        catch
        {
            _file.Dispose();
            throw;
        }
    }

    private SafeFileHandle Create()
    {
        try
        {
            var file = File.OpenHandle(_path, FileMode.CreateNew, FileAccess.ReadWrite, FileShare.None, FileOptions.DeleteOnClose | FileOptions.RandomAccess);
            // Windows deletes it with the last handle, however the process ends. Elsewhere .NET does that, unless the process is
            // killed; but there a file may lose its name at once and live on while it is open.
            if (!OperatingSystem.IsWindows())
                File.Delete(_path);
            return file;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw NotWritten(e);
        }
    }

    private void Write(ReadOnlySpan<byte> content, long offset)
    {
        try
        {
            RandomAccess.Write(_file, content, offset);
        }
        catch (IOException e)
        {
            throw NotWritten(e);
        }
    }

    private IOException NotWritten(Exception e) => new(
        $"The rows of the training data could not be written to '{_path}', from where they are read in random order: {e.Message} "
        + "Free space there, set MLContext.TempFilePath to another folder, or set Cache to Memory.", e);

    public IRowFeed Open(int epoch, CancellationToken cancellation, Shard? shard = null) => new Feed(this, _order.Of(epoch, shard));

    public void Dispose()
    {
        _map?.Dispose();
        _file.Dispose();
    }

    private sealed class Feed(SpooledSource source, IReadOnlyList<(int Row, int Repetition)> order) : IRowFeed
    {
        private readonly Stack<ImageRow> _free = [];
        private int _next;

        public bool TryRead([NotNullWhen(true)] out ImageRow? row)
        {
            if (_next == order.Count)
            {
                row = null;
                return false;
            }
            var (number, repetition) = order[_next++];
            var place = source._places[number];
            row = _free.TryPop(out var used) ? used : new ImageRow();
            (row.Label, row.Weight, row.Repetition) = (place.Label, place.Weight, repetition);
            (row.Id, row.Path, row.Defect) = (place.Id, place.Path, place.Defect);
            var content = row.Content.RoomFor(place.Length, place.Width, place.Height);
            if (source._map is { } map)
                map.Read(place.Offset, content);
            else if (RandomAccess.Read(source._file, content, place.Offset) != content.Length)
                throw new IOException($"The temporary file of training rows is shorter than it was written ({row.Name}).");
            return true;
        }

        public void Recycle(ImageRow row) => _free.Push(row);

        public void Dispose() { }
    }
}
