using Microsoft.ML;
using Microsoft.ML.Data;

namespace Ml.Cnn.Transforms.Columns;

/// <summary>Paths of image files, as text; a row is read from its file.</summary>
internal sealed class ImagePaths : EncodedImages
{
    public override string Description => "paths of image files (Text)";

    public override bool Fits(SchemaShape.Column column) => column.Kind == SchemaShape.Column.VectorKind.Scalar && column.ItemType is TextDataViewType;

    public override ImageColumnFormat? FormatOf(DataViewType type, bool? channelsFirst, int? channels) => type is TextDataViewType ? new(this) : null;

    public override Action<ImageContent> OpenReader(DataViewRow row, DataViewSchema.Column column)
    {
        var get = row.GetGetter<ReadOnlyMemory<char>>(column);
        ReadOnlyMemory<char> path = default;
        return content =>
        {
            get(ref path);
            Read(path.ToString(), content);
        };
    }

    private static void Read(string path, ImageContent content)
    {
        using var file = File.OpenHandle(path);
        var length = RandomAccess.GetLength(file);
        if (length > Array.MaxLength)
            throw new ImageDecodingException($"The file has {length} bytes, too many for an image.");
        var bytes = content.Room<byte>((int)length);
        var count = 0;
        for (int read; count < length && (read = RandomAccess.Read(file, bytes[count..], count)) > 0;)
            count += read;
        content.Room<byte>(count);
    }
}
