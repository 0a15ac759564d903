using Microsoft.ML;
using Microsoft.ML.Data;

namespace Ml.Cnn.Transforms.Sources;

/// <summary>The images of a tar archive of class folders. Holds names and offsets; the bytes are read when a row is.</summary>
internal sealed class ImageArchiveDataView : IndexedDataView, IDisposable
{
    private readonly ImageArchive _archive;
    private readonly TarFile[] _files;
    private readonly string[] _labels;

    public ImageArchiveDataView(ImageArchive archive, (TarFile File, string Class)[] images,
        string imageColumnName, string labelColumnName, string imagePathColumnName)
        : base(MakeSchema(imageColumnName, labelColumnName, imagePathColumnName), images.Length)
    {
        _archive = archive;
        _files = [.. images.Select(image => image.File)];
        // One string per class, however many images it has.
        var names = images.Select(image => image.Class).Distinct().ToDictionary(name => name);
        _labels = [.. images.Select(image => names[image.Class])];
    }

    /// <summary>Closes the archive; its rows cannot be read any more.</summary>
    public void Dispose() => _archive.Dispose();

    /// <inheritdoc/>
    internal override Delegate CreateGetter(int column, Func<int> row) => column switch
    {
        0 => TextGetter(row, index => _files[index].Name),
        1 => EncodedImageGetter(row),
        _ => TextGetter(row, index => _labels[index]),
    };

    private ValueGetter<VBuffer<byte>> EncodedImageGetter(Func<int> row) => (ref VBuffer<byte> value) =>
    {
        var file = _files[row()];
        var editor = VBufferEditor.Create(ref value, (int)file.Length);
        _archive.Read(file, editor.Values);
        value = editor.Commit();
    };

    private static DataViewSchema MakeSchema(string imageColumnName, string labelColumnName, string imagePathColumnName)
    {
        var builder = new DataViewSchema.Builder();
        builder.AddColumn(imagePathColumnName, TextDataViewType.Instance);
        builder.AddColumn(imageColumnName, new VectorDataViewType(NumberDataViewType.Byte));
        builder.AddColumn(labelColumnName, TextDataViewType.Instance);
        return builder.ToSchema();
    }
}
