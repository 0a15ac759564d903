using Microsoft.ML;
using Microsoft.ML.Data;
using Ml.Cnn.Transforms.Columns;

namespace Ml.Cnn.Trainers.Input;

/// <summary>Copies the current row of one cursor into an <see cref="ImageRow"/>.</summary>
internal sealed class ImageRowReader
{
    private readonly Action<ImageContent>? _readImage;
    private readonly IReadOnlySet<ulong>? _imagesOf;
    private readonly ValueGetter<uint>? _label;
    private readonly ValueGetter<float>? _weight;
    private readonly ValueGetter<ReadOnlyMemory<char>>? _path;
    private readonly ValueGetter<DataViewRowId> _id;

    /// <param name="row">Of the cursor.</param>
    /// <param name="columns">What to read of it.</param>
    /// <param name="imagesOf">The rows whose images are read, by their numbers; none: the column of images need not be active; null: all.</param>
    public ImageRowReader(DataViewRow row, ImageColumns columns, IReadOnlySet<ulong>? imagesOf = null)
    {
        _imagesOf = imagesOf;
        _readImage = imagesOf is { Count: 0 } ? null : columns.Format.Type.OpenReader(row, columns.Feature);
        _label = columns.Label is { } label ? row.GetGetter<uint>(label) : null;
        _weight = columns.Weight is { } weight ? row.GetGetter<float>(weight) : null;
        _path = columns.Path is { } path ? row.GetGetter<ReadOnlyMemory<char>>(path) : null;
        _id = row.GetIdGetter();
    }

    public void Read(ImageRow row)
    {
        DataViewRowId id = default;
        _id(ref id);
        row.Id = id.Low;
        row.Label = 0;
        _label?.Invoke(ref row.Label);
        row.Weight = 1;
        _weight?.Invoke(ref row.Weight);
        row.Repetition = 0;
        row.Path = default;
        _path?.Invoke(ref row.Path);
        row.Defect = null;
        row.HasImage = _readImage is not null && _imagesOf?.Contains(row.Id) != false;
        if (!row.HasImage)
            return;
        try
        {
            _readImage!(row.Content);
        }
        catch (Exception e) when (ImageColumnType.IsAboutTheImage(e))
        {
            row.Defect = e.GetBaseException().Message;
        }
    }
}
