using Microsoft.ML;
using Microsoft.ML.Data;

namespace Ml.Cnn.Transforms.Sources;

/// <summary>The images of an archive of class folders. Holds names and offsets; the bytes are read when a row is.</summary>
internal sealed class ImageArchiveDataView : IndexedDataView, IDisposable
{
    private readonly ImageArchive _archive;
    private readonly ArchiveClasses _classes;

    public ImageArchiveDataView(ImageArchive archive, ArchiveClasses classes, string imageColumnName, string labelColumnName, string imagePathColumnName)
        : base(MakeSchema(imageColumnName, labelColumnName, imagePathColumnName), classes.Files.Count) => (_archive, _classes) = (archive, classes);

    /// <summary>Closes the archive; its rows cannot be read any more.</summary>
    public void Dispose() => _archive.Dispose();

    /// <inheritdoc/>
    internal override IReadOnlyList<PassedOverFiles> PassedOver => _classes.PassedOver;

    /// <inheritdoc/>
    internal override Delegate CreateGetter(int column, Func<int> row) => column switch
    {
        0 => TextGetter(row, index => _classes.Files[index].Name),
        1 => EncodedImageGetter(row),
        _ => LabelGetter(row),
    };

    private ValueGetter<ReadOnlyMemory<char>> LabelGetter(Func<int> row) =>
        (ref ReadOnlyMemory<char> value) => value = _classes.ClassOf(_classes.Files[row()]);

    private ValueGetter<VBuffer<byte>> EncodedImageGetter(Func<int> row) => (ref VBuffer<byte> value) =>
    {
        var file = _classes.Files[row()];
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
