using Microsoft.ML;
using Ml.Cnn.Transforms.Columns;
using Ml.Cnn.Transforms.Decoding;
using Ml.Cnn.Transforms.Geometry;
using Ml.Cnn.Transforms.Splits;

namespace Ml.Cnn.Transforms.Augmentation;

/// <summary>A few images of a data set, spread over its classes.</summary>
internal static class RowSample
{
    /// <summary>Images that can be decoded, sorted by class. Others take the place of those that cannot.</summary>
    /// <param name="data">All images.</param>
    /// <param name="image">Their column.</param>
    /// <param name="format">What it holds.</param>
    /// <param name="label">Their labels; null if they have none.</param>
    /// <param name="count">How many images; fewer come only if there are fewer.</param>
    /// <param name="seed">Which of each class.</param>
    public static List<(PixelImage Image, long Row)> Read(IDataView data, DataViewSchema.Column image, ImageColumnFormat format,
        DataViewSchema.Column? label, int count, int seed)
    {
        var order = Order(ReadLabels(data, label), count, seed);
        var found = new List<(PixelImage Image, long Row, string Class)>();
        for (var next = 0; next < order.Count && found.Count < count;)
        {
            var wanted = order.Skip(next).Take(count - found.Count).ToDictionary(row => row.Row, row => row.Class);
            next += wanted.Count;
            found.AddRange(ReadRows(data, image, format, wanted));
        }
        return [.. found.OrderBy(one => one.Class, StringComparer.Ordinal).ThenBy(one => one.Row).Select(one => (one.Image, one.Row))];
    }

    /// <summary>
    /// All rows, those first that are to be taken first: one of each class, then another of each. If there are more classes than
    /// images, evenly spaced ones lead.
    /// </summary>
    private static List<(long Row, string Class)> Order(List<string> labels, int count, int seed)
    {
        var classes = labels.Index()
            .GroupBy(row => row.Item, row => (long)row.Index)
            .OrderBy(group => group.Key, StringComparer.Ordinal)
            .Select((group, place) => (Class: group.Key, Rows: Shuffled([.. group], seed, (ulong)place)))
            .ToArray();
        var leaders = Math.Min(count, classes.Length);
        var leading = Enumerable.Range(0, leaders).Select(i => (int)((long)i * classes.Length / leaders)).ToHashSet();
        return [.. classes
            .SelectMany((one, place) => one.Rows.Select((row, round) => (Row: row, one.Class, Round: round, Leads: leading.Contains(place))))
            .OrderBy(row => row.Round)
            .ThenByDescending(row => row.Leads)
            .Select(row => (row.Row, row.Class))];
    }

    private static long[] Shuffled(long[] rows, int seed, ulong place)
    {
        var random = new AugmentationRandom(seed, epoch: 0, place);
        return [.. random.NextPermutation(rows.Length).Select(i => rows[i])];
    }

    private static List<string> ReadLabels(IDataView data, DataViewSchema.Column? label)
    {
        var labels = new List<string>();
        using var cursor = Cursor(data, label);
        var read = label is { } column ? LabelReader.Create(cursor, column) : () => "";
        while (cursor.MoveNext())
            labels.Add(read());
        return labels;
    }

    private static IEnumerable<(PixelImage Image, long Row, string Class)> ReadRows(IDataView data, DataViewSchema.Column image, ImageColumnFormat format,
        Dictionary<long, string> wanted)
    {
        using var cursor = Cursor(data, image);
        var reader = new ImageColumnReader(cursor, image, format);
        var last = wanted.Keys.Max();
        for (var row = 0L; row <= last && cursor.MoveNext(); row++)
        {
            if (!wanted.TryGetValue(row, out var label))
                continue;
            var decoded = new PixelImage();
            try
            {
                var read = reader.Read();
                ChannelConverter.Convert(read, decoded, read.Channels); // the reader's own image is its room for the next one
            }
            catch (Exception e) when (ImageColumnType.IsAboutTheImage(e))
            {
                continue;
            }
            yield return (decoded, row, label);
        }
    }

    // One cursor of a set: ML.NET reads ahead on other threads for a cursor on its own.
    private static DataViewRowCursor Cursor(IDataView data, DataViewSchema.Column? column) =>
        data.GetRowCursorSet(column is { } one ? [one] : [], 1)[0];
}
