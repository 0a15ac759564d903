using Microsoft.ML;
using Microsoft.ML.Data;
using Ml.Cnn.Transforms.Columns;
using Ml.Cnn.Transforms.Decoding;

namespace Ml.Cnn.Evaluation.Reports;

/// <summary>The names and thumbnails of the images that a page shows.</summary>
internal sealed class ReportImages
{
    private readonly Dictionary<int, string> _names = [];
    private readonly Dictionary<int, string> _thumbnails = [];

    /// <summary>The image's file, or its row in the data.</summary>
    public string Name(int row) => _names.TryGetValue(row, out var name) ? name : FormattableString.Invariant($"row {row}");

    /// <summary>The address of the thumbnail; null where there is none.</summary>
    public string? Thumbnail(int row) => _thumbnails.GetValueOrDefault(row);

    /// <summary>Reads the rows once; images that are not shown are not touched.</summary>
    /// <exception cref="ArgumentOutOfRangeException">A column is missing or of another type.</exception>
    public static ReportImages Read(ShownImages shown, CnnEvaluationReportOptions options)
    {
        var images = new ReportImages();
        if (options.Images is { } data)
            images.Read(data, shown.WithThumbnail, shown.WithName, options);
        return images;
    }

    private void Read(IDataView data, IReadOnlySet<int> withThumbnail, IReadOnlySet<int> withName, CnnEvaluationReportOptions options)
    {
        var (column, format) = ImageColumnReader.Find(data.Schema, options.ImageColumnName, options.ImagePathColumnName);
        var path = data.Schema.GetColumnOrNull(options.ImagePathColumnName) is { Type: TextDataViewType } text ? text : (DataViewSchema.Column?)null;
        // One cursor of a set: ML.NET reads ahead on other threads for a cursor on its own.
        using var cursor = data.GetRowCursorSet(path is { } one && one.Index != column.Index ? [column, one] : [column], 1)[0];
        var (read, content, room) = (format.Type.OpenReader(cursor, column), new ImageContent(), new PixelImage());
        var decoding = new DecodeOptions { MinimumSize = (width, height) => Pages.Thumbnail.Fit(width, height, options.ThumbnailSize) };
        var readPath = path is { } named ? cursor.GetGetter<ReadOnlyMemory<char>>(named) : null;
        var (name, last) = (default(ReadOnlyMemory<char>), withName.DefaultIfEmpty(-1).Max());
        for (var row = 0; row <= last && cursor.MoveNext(); row++)
        {
            if (readPath is not null && withName.Contains(row))
            {
                readPath(ref name);
                _names[row] = name.ToString();
            }
            if (!withThumbnail.Contains(row))
                continue;
            try
            {
                read(content);
                _thumbnails[row] = Pages.Thumbnail.Of(format.Type.Decode(content, format, room, decoding), options.ThumbnailSize);
            }
            catch (Exception e) when (ImageColumnType.IsAboutTheImage(e))
            {
                // It was there when it was scored, and is not now: the page names it without a picture.
            }
        }
        ShortenNames();
    }

    // The folder that all files have in common says nothing of any of them.
    private void ShortenNames()
    {
        if (_names.Count == 0)
            return;
        var common = _names.Values.Aggregate((one, other) => one[..one.AsSpan().CommonPrefixLength(other)]);
        var length = common.LastIndexOfAny(['/', '\\']) + 1;
        foreach (var row in _names.Keys.ToArray())
            _names[row] = _names[row][length..];
    }
}
