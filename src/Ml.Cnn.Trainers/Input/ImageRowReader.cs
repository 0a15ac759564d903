using Microsoft.ML;
using Microsoft.ML.Data;
using Ml.Cnn.Transforms;
using Ml.Cnn.Transforms.Decoding;

namespace Ml.Cnn.Trainers.Input;

/// <summary>The columns that training or scoring reads.</summary>
/// <param name="Feature">The images.</param>
/// <param name="Format">What the feature column holds.</param>
/// <param name="Label">The labels; null while scoring.</param>
/// <param name="Path">A text column that names the files, for messages; null where there is none.</param>
/// <param name="Weight">How much each row counts, Single; null where all count the same.</param>
internal sealed record ImageColumns(DataViewSchema.Column Feature, FeatureFormat Format, DataViewSchema.Column? Label, DataViewSchema.Column? Path, DataViewSchema.Column? Weight = null)
{
    /// <summary>ML.NET's usual name of the column that LoadImages and LoadRawImageBytes read.</summary>
    private const string PathColumnName = "ImagePath";

    public static DataViewSchema.Column? FindPath(DataViewSchema schema) =>
        schema.GetColumnOrNull(PathColumnName) is { Type: TextDataViewType } path ? path : null;

    public IEnumerable<DataViewSchema.Column> Active
    {
        get
        {
            yield return Feature;
            if (Label is { } label)
                yield return label;
            if (Weight is { } weight)
                yield return weight;
            if (Path is { } path && path.Index != Feature.Index)
                yield return path;
        }
    }
}

/// <summary>Copies the current row of one cursor into an <see cref="ImageRow"/>.</summary>
internal sealed class ImageRowReader
{
    private readonly Action<ImageRow> _readFeature;
    private readonly ValueGetter<uint>? _label;
    private readonly ValueGetter<float>? _weight;
    private readonly ValueGetter<ReadOnlyMemory<char>>? _path;
    private readonly ValueGetter<DataViewRowId> _id;

    public ImageRowReader(DataViewRow row, ImageColumns columns)
    {
        _readFeature = columns.Format.Kind switch
        {
            FeatureKind.Image => ReadImage(row.GetGetter<MLImage>(columns.Feature)),
            FeatureKind.FloatPixels => ReadFloats(row.GetGetter<VBuffer<float>>(columns.Feature)),
            _ => ReadBytes(row.GetGetter<VBuffer<byte>>(columns.Feature)),
        };
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
        try
        {
            _readFeature(row);
        }
        catch (Exception e) when (IsAboutTheFile(e))
        {
            row.Defect = e.GetBaseException().Message;
        }
    }

    // LoadImages and LoadRawImageBytes open the file inside the getter: a file that cannot be read is one bad image, not the end of the cursor.
    private static bool IsAboutTheFile(Exception e) => e.GetBaseException() is ImageDecodingException or IOException or UnauthorizedAccessException or ArgumentException or InvalidOperationException;

    private static Action<ImageRow> ReadBytes(ValueGetter<VBuffer<byte>> getter)
    {
        VBuffer<byte> buffer = default;
        return row =>
        {
            getter(ref buffer);
            buffer.CopyTo(row.BytesOfLength(buffer.Length));
        };
    }

    private static Action<ImageRow> ReadFloats(ValueGetter<VBuffer<float>> getter)
    {
        VBuffer<float> buffer = default;
        return row =>
        {
            getter(ref buffer);
            buffer.CopyTo(row.FloatsOfLength(buffer.Length));
        };
    }

    // The variable is handed to the getter again and again: loaders dispose the image before, as ML.NET's own consumers let them.
    private static Action<ImageRow> ReadImage(ValueGetter<MLImage> getter)
    {
        MLImage? image = null;
        return row =>
        {
            getter(ref image!);
            if (image is null)
                row.Defect = "there is no image";
            else
                ImageDecoder.Convert(image, row.Image, WithAlpha);
        };
    }

    // All four channels are kept here; the preprocessing knows how many the network wants.
    private static readonly DecodeOptions WithAlpha = new() { Channels = 4 };
}
