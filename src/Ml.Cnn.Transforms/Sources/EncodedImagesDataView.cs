using Microsoft.ML;
using Microsoft.ML.Data;

namespace Ml.Cnn.Transforms.Sources;

/// <summary>Encoded images in memory. The bytes are the caller's own, not copied.</summary>
internal sealed class EncodedImagesDataView(ReadOnlyMemory<byte>[] images, string[] labels, string imageColumnName, string labelColumnName)
    : IndexedDataView(MakeSchema(imageColumnName, labelColumnName), images.Length)
{
    /// <inheritdoc/>
    internal override Delegate CreateGetter(int column, Func<int> row)
    {
        return column == 1 ? TextGetter(row, index => labels[index]) : (ValueGetter<VBuffer<byte>>)Get;

        void Get(ref VBuffer<byte> value)
        {
            var image = images[row()].Span;
            var editor = VBufferEditor.Create(ref value, image.Length);
            image.CopyTo(editor.Values);
            value = editor.Commit();
        }
    }

    private static DataViewSchema MakeSchema(string imageColumnName, string labelColumnName)
    {
        var builder = new DataViewSchema.Builder();
        builder.AddColumn(imageColumnName, new VectorDataViewType(NumberDataViewType.Byte));
        builder.AddColumn(labelColumnName, TextDataViewType.Instance);
        return builder.ToSchema();
    }
}
