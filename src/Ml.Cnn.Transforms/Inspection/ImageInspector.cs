using System.Buffers.Binary;
using System.Globalization;
using System.Runtime.InteropServices;
using Microsoft.ML;
using Microsoft.ML.Data;
using Ml.Cnn.MlNet;
using Ml.Cnn.Transforms.Columns;
using Ml.Cnn.Transforms.Sources;
using Ml.Cnn.Transforms.Splits;

namespace Ml.Cnn.Transforms.Inspection;

/// <summary>
/// Reads every image of a data view, on as many threads as it gives cursors. Of an image only its row's id and its hash are
/// kept, 32 bytes; the few names that the report needs are read afterwards.
/// </summary>
internal sealed class ImageInspector
{
    private const int ImagesPerCollection = 1024;

    private readonly DataViewSchema.Column _image;
    private readonly ImageColumnFormat _format;
    private readonly DataViewSchema.Column? _path;
    private readonly DataViewSchema.Column? _label;
    private readonly IProgress<long>? _progress;
    private readonly CancellationToken _cancellation;
    private readonly List<(UInt128 Hash, DataViewRowId Id)> _contents = [];
    private readonly Dictionary<DataViewRowId, string> _reasons = [];
    private readonly Dictionary<string, long> _classes = [];
    private readonly ImageStatistics _statistics = new();
    private long _count;

    private ImageInspector(DataViewSchema.Column image, ImageColumnFormat format, DataViewSchema.Column? path, DataViewSchema.Column? label,
        IProgress<long>? progress, CancellationToken cancellation) =>
        (_image, _format, _path, _label, _progress, _cancellation) = (image, format, path, label, progress, cancellation);

    /// <summary>Inspects all rows.</summary>
    /// <param name="data">The images.</param>
    /// <param name="image">Their column: encoded bytes, pixels, images or paths.</param>
    /// <param name="format">What it holds.</param>
    /// <param name="path">Their names, for the report; null if they have none.</param>
    /// <param name="label">Their labels; null if they have none.</param>
    /// <param name="progress">Told the number of images that were read, from several threads.</param>
    /// <param name="cancellation">Looked at before every image.</param>
    public static ImageDataReport Inspect(IDataView data, DataViewSchema.Column image, ImageColumnFormat format, DataViewSchema.Column? path,
        DataViewSchema.Column? label, IProgress<long>? progress, CancellationToken cancellation)
    {
        var inspector = new ImageInspector(image, format, path, label, progress, cancellation);
        // A list that grows by doubling leaves as much garbage as it holds.
        inspector._contents.EnsureCapacity((int)Math.Min(data.GetRowCount() ?? 0, 1 << 24));
        using var passedOver = PassedOverScope.Enter();
        inspector.ReadAll(data);
        return inspector.Report(data) with { PassedOver = passedOver.Files };
    }

    private void ReadAll(IDataView data)
    {
        var columns = new[] { _image, _label }.OfType<DataViewSchema.Column>();
        CursorThreads.ReadAll(data, columns, ReadRows, _cancellation);
        _progress?.Report(_count);
    }

    private void ReadRows(DataViewRowCursor cursor, CancellationTokenSource stop)
    {
        try
        {
            var inspector = new RowInspector(cursor, _image, _format);
            var readLabel = _label is { } label ? LabelReader.Create(cursor, label) : null;
            var getId = cursor.GetIdGetter();
            DataViewRowId id = default;
            while (!stop.IsCancellationRequested && cursor.MoveNext())
            {
                getId(ref id);
                Keep(id, inspector.Inspect(), readLabel?.Invoke());
            }
        }
        catch
        {
            // The others need not read on for a report that nobody will see.
            stop.Cancel();
            throw;
        }
    }

    private void Keep(DataViewRowId id, InspectedImage image, string? label)
    {
        lock (_contents)
        {
            _count++;
            // Half of SHA-256 is enough to tell images apart.
            if (image.Hash is { } hash)
                _contents.Add((BinaryPrimitives.ReadUInt128LittleEndian(hash), id));
            if (image.Reason is { } reason)
                _reasons[id] = reason;
            if (label is not null)
                CollectionsMarshal.GetValueRefOrAddDefault(_classes, label, out _)++;
            if (image.Info is { } info)
                _statistics.Add(info);
            // A kilobyte of short-lived objects for every image: on CPUs with a large cache the runtime would let tens of megabytes
            // of them pile up before it looks, and a report on more images would take more memory for no reason.
            if (_count % ImagesPerCollection == 0)
                GC.Collect(0, GCCollectionMode.Forced, blocking: false);
            // Not for every image: a terminal is slower than a decoder.
            if (_count % 64 == 0)
                _progress?.Report(_count);
        }
    }

    private ImageDataReport Report(IDataView data)
    {
        var (badFiles, duplicates) = ReadNames(data);
        return new()
        {
            Images = _count,
            Classes = _label is { } label ? ClassCounter.Sorted(_classes, label) : [],
            Sizes = _statistics.Sizes,
            BadFiles = badFiles,
            Duplicates = duplicates,
            Channels = _statistics.Channels,
        };
    }

    /// <summary>Goes over the rows again, in their order, for the names of those that the report lists.</summary>
    private (IReadOnlyList<BadImage> BadFiles, IReadOnlyList<IReadOnlyList<string>> Duplicates) ReadNames(IDataView data)
    {
        var groups = FindDuplicates();
        var badFiles = new List<BadImage>();
        var duplicates = new Dictionary<UInt128, List<string>>(); // keeps the order in which they are added
        if (groups.Count == 0 && _reasons.Count == 0)
            return ([], []);

        using var cursor = data.GetRowCursor(_path is { } path ? [path] : []);
        var readName = NameReader(cursor);
        var getId = cursor.GetIdGetter();
        DataViewRowId id = default;
        while (cursor.MoveNext())
        {
            getId(ref id);
            if (_reasons.TryGetValue(id, out var reason))
                badFiles.Add(new(readName(), reason));
            if (!groups.TryGetValue(id, out var hash))
                continue;
            if (!duplicates.TryGetValue(hash, out var names))
                duplicates.Add(hash, names = []);
            names.Add(readName());
        }
        return (badFiles, [.. duplicates.Values]);
    }

    /// <summary>The hash of every row whose content occurs in another row too.</summary>
    private Dictionary<DataViewRowId, UInt128> FindDuplicates()
    {
        _contents.Sort((a, b) => a.Hash.CompareTo(b.Hash));
        var found = new Dictionary<DataViewRowId, UInt128>();
        for (var i = 1; i < _contents.Count; i++)
        {
            if (_contents[i].Hash != _contents[i - 1].Hash)
                continue;
            found[_contents[i - 1].Id] = _contents[i].Hash;
            found[_contents[i].Id] = _contents[i].Hash;
        }
        return found;
    }

    private Func<string> NameReader(DataViewRowCursor cursor)
    {
        if (_path is not { } column)
            return () => string.Create(CultureInfo.InvariantCulture, $"row {cursor.Position}");
        var getPath = cursor.GetGetter<ReadOnlyMemory<char>>(column);
        ReadOnlyMemory<char> path = default;
        return () =>
        {
            getPath(ref path);
            return path.ToString();
        };
    }
}
