using System.Globalization;
using Microsoft.ML;
using Microsoft.ML.Data;
using Ml.Cnn.Transforms.Splits;

namespace Ml.Cnn.Transforms.Inspection;

/// <summary>Reads every image of a data view, on as many threads as it gives cursors, and keeps a line about each.</summary>
internal sealed class ImageInspector
{
    private readonly DataViewSchema.Column _image;
    private readonly DataViewSchema.Column? _path;
    private readonly DataViewSchema.Column? _label;
    private readonly IProgress<long>? _progress;
    private readonly CancellationToken _cancellation;
    private readonly List<InspectedRow> _rows = [];
    private readonly Dictionary<string, long> _classes = [];
    private readonly ImageStatistics _statistics = new();

    private ImageInspector(
        DataViewSchema.Column image, DataViewSchema.Column? path, DataViewSchema.Column? label, IProgress<long>? progress, CancellationToken cancellation) =>
        (_image, _path, _label, _progress, _cancellation) = (image, path, label, progress, cancellation);

    /// <summary>Inspects all rows.</summary>
    /// <param name="data">The images.</param>
    /// <param name="image">Their column: encoded bytes, pixels, images or paths.</param>
    /// <param name="path">Their names, for the report; null if they have none.</param>
    /// <param name="label">Their labels; null if they have none.</param>
    /// <param name="progress">Told the number of images that were read, from several threads.</param>
    /// <param name="cancellation">Looked at before every image.</param>
    public static ImageDataReport Inspect(IDataView data, DataViewSchema.Column image, DataViewSchema.Column? path, DataViewSchema.Column? label,
        IProgress<long>? progress, CancellationToken cancellation)
    {
        var inspector = new ImageInspector(image, path, label, progress, cancellation);
        inspector.ReadAll(data);
        return inspector.Report();
    }

    private void ReadAll(IDataView data)
    {
        var columns = new[] { _image, _path, _label }.OfType<DataViewSchema.Column>().DistinctBy(column => column.Index).ToArray();
        var cursors = data.GetRowCursorSet(columns, Environment.ProcessorCount);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(_cancellation);
        // Threads of their own: cursors of one set may wait for each other.
        var readers = cursors.Select(cursor => Task.Factory.StartNew(() => ReadRows(cursor, stop),
            CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default)).ToArray();
        try
        {
            Task.WhenAll(readers).GetAwaiter().GetResult();
        }
        finally
        {
            foreach (var cursor in cursors)
                cursor.Dispose();
        }
        _cancellation.ThrowIfCancellationRequested();
        _progress?.Report(_rows.Count);
    }

    private void ReadRows(DataViewRowCursor cursor, CancellationTokenSource stop)
    {
        try
        {
            var reader = ImageRowReader.Create(cursor, _image);
            var readLabel = _label is { } label ? LabelReader.Create(cursor, label) : null;
            var readName = NameReader(cursor);
            while (!stop.IsCancellationRequested && cursor.MoveNext())
            {
                var image = reader.Read();
                Keep(new(cursor.Batch, cursor.Position, readName(), image.Hash, image.Reason), image, readLabel?.Invoke());
            }
        }
        catch
        {
            // The others need not read on for a report that nobody will see.
            stop.Cancel();
            throw;
        }
    }

    private Func<string> NameReader(DataViewRowCursor cursor)
    {
        if (_path is not { } column)
        {
            var getId = cursor.GetIdGetter();
            DataViewRowId id = default;
            return () =>
            {
                getId(ref id);
                return string.Create(CultureInfo.InvariantCulture, $"row {id.Low}");
            };
        }
        var getPath = cursor.GetGetter<ReadOnlyMemory<char>>(column);
        ReadOnlyMemory<char> path = default;
        return () =>
        {
            getPath(ref path);
            return path.ToString();
        };
    }

    private void Keep(InspectedRow row, InspectedImage image, string? label)
    {
        lock (_rows)
        {
            _rows.Add(row);
            if (label is not null)
                _classes[label] = _classes.GetValueOrDefault(label) + 1;
            if (image.Info is { } info)
                _statistics.Add(info);
            // Not for every image: a terminal is slower than a decoder.
            if (_rows.Count % 64 == 0)
                _progress?.Report(_rows.Count);
        }
    }

    private ImageDataReport Report()
    {
        // A batch comes from one cursor, and a cursor's rows in order: so this is the data's order.
        _rows.Sort((a, b) => a.Batch.CompareTo(b.Batch) is not 0 and var order ? order : a.Position.CompareTo(b.Position));
        return new(
            _rows.Count,
            _label is { } label ? ClassCounter.Sorted(_classes, label) : [],
            _statistics.Sizes,
            [.. _rows.Where(row => row.Reason is not null).Select(row => new BadImage(row.Name, row.Reason!))],
            [.. _rows.Where(row => row.Hash is not null).GroupBy(row => Convert.ToHexString(row.Hash!)).Where(group => group.Count() > 1).Select(group => group.Select(row => row.Name).ToArray())],
            _statistics.Channels);
    }

    /// <summary>What is kept of an image.</summary>
    private readonly record struct InspectedRow(long Batch, long Position, string Name, byte[]? Hash, string? Reason);
}
