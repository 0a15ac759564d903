using System.Globalization;
using System.Security.Cryptography;
using Microsoft.ML;
using Microsoft.ML.Data;

namespace MlCnn.Cli.BulkScoring;

/// <summary>The images of an archive, of a list, or of a data set of pixels, in the order of its data view.</summary>
/// <remarks>The data view holds names and places of all images (of a hundred to two hundred bytes each), or the pixels of a small data set.</remarks>
internal sealed class ViewSequence : ImageSequence
{
    /// <summary>How many images' pixels tell one data set from another, where images have no names.</summary>
    private const int ComparedImages = 1000;

    private readonly IDataView _view;
    private readonly DataSource _source;
    private readonly string? _root;
    private readonly DataViewRowCursor _cursor;
    private readonly ForwardRows _rows;

    public ViewSequence(IDataView view, DataSource source)
    {
        (_view, _source) = (view, source);
        _root = source.List is { } list ? Path.GetDirectoryName(Path.GetFullPath(list)) : null;
        string[] columns = [DataSource.ImageColumn, DataSource.PathColumn];
        _cursor = view.GetRowCursor(columns.Select(name => view.Schema.GetColumnOrNull(name)).OfType<DataViewSchema.Column>());
        _rows = new(_cursor);
    }

    public override bool IsFiles => _source.IsFiles;

    public override IEnumerable<string> Names()
    {
        if (_view.Schema.GetColumnOrNull(DataSource.PathColumn) is not { } column)
        {
            for (var row = 0L; row < _view.GetRowCount(); row++)
                yield return row.ToString(CultureInfo.InvariantCulture);
            yield break;
        }
        using var cursor = _view.GetRowCursor([column]);
        var getter = cursor.GetGetter<ReadOnlyMemory<char>>(column);
        ReadOnlyMemory<char> path = default;
        while (cursor.MoveNext())
        {
            getter(ref path);
            yield return _source.NameOf(path.ToString());
        }
    }

    public override long LengthOf(string name) =>
        _root is null ? 0 : new FileInfo(Path.GetFullPath(name, _root)) is { Exists: true } file ? file.Length : -1;

    public override void AddTo(IncrementalHash hash)
    {
        if (_source.Archive is { } archive)
        {
            hash.AppendData(BitConverter.GetBytes(new FileInfo(archive).Length));
            return;
        }
        if (_source.IsFiles)
            return;
        using var cursor = _view.GetRowCursor([_view.Schema[DataSource.ImageColumn]]);
        var getter = cursor.GetGetter<VBuffer<byte>>(_view.Schema[DataSource.ImageColumn]);
        VBuffer<byte> pixels = default;
        for (var i = 0; i < ComparedImages && cursor.MoveNext(); i++)
        {
            getter(ref pixels);
            hash.AppendData([.. pixels.DenseValues()]);
        }
    }

    public override IDataView View => _rows;

    public override void Choose(SequencedImage[] part) => _rows.Choose(part);

    public override void Dispose()
    {
        _cursor.Dispose();
        (_view as IDisposable)?.Dispose();
    }
}
