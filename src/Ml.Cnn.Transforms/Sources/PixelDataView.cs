using Microsoft.ML;
using Microsoft.ML.Data;

namespace Ml.Cnn.Transforms.Sources;

/// <summary>A data view of images of one size (a vector of bytes, height × width × channels) and labels as text.</summary>
internal abstract class PixelDataView : IndexedDataView
{
    protected PixelDataView(int rowCount, int height, int width, string imageColumnName, string labelColumnName, int channels = 1)
        : base(MakeSchema(height, width, channels, imageColumnName, labelColumnName), rowCount) => (Height, Width, Channels) = (height, width, channels);

    protected int Height { get; }

    protected int Width { get; }

    protected int Channels { get; }

    /// <inheritdoc/>
    internal sealed override Delegate CreateGetter(int column, Func<int> row)
    {
        if (column == 1)
            return TextGetter(row, LabelOf);

        var pixels = CreatePixelReader();
        return (ValueGetter<VBuffer<byte>>)Get;

        void Get(ref VBuffer<byte> value)
        {
            var index = row();
            var editor = VBufferEditor.Create(ref value, Height * Width * Channels);
            pixels(index, editor.Values);
            value = editor.Commit();
        }
    }

    /// <summary>What a row's image is copied by. Each getter has its own, so it may keep buffers.</summary>
    protected abstract PixelReader CreatePixelReader();

    /// <summary>The row's label.</summary>
    protected abstract string LabelOf(int row);

    private static DataViewSchema MakeSchema(int height, int width, int channels, string imageColumnName, string labelColumnName)
    {
        var builder = new DataViewSchema.Builder();
        builder.AddColumn(imageColumnName, new VectorDataViewType(NumberDataViewType.Byte, height, width, channels));
        builder.AddColumn(labelColumnName, TextDataViewType.Instance);
        return builder.ToSchema();
    }

    /// <summary>Writes the pixels of a row: height × width × channels bytes.</summary>
    protected delegate void PixelReader(int row, Span<byte> pixels);
}
