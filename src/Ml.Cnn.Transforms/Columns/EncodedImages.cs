using Microsoft.ML;
using Microsoft.ML.Data;
using Ml.Cnn.Transforms.Decoding;

namespace Ml.Cnn.Transforms.Columns;

/// <summary>The content of image files, as bytes: JPEG, PNG, …</summary>
internal class EncodedImages : ImageColumnType
{
    public override string Description => "encoded image bytes (VarVector<Byte>, as LoadRawImageBytes gives)";

    public sealed override bool IsEncoded => true;

    public override bool Fits(SchemaShape.Column column) =>
        column.Kind == SchemaShape.Column.VectorKind.VariableVector && column.ItemType == NumberDataViewType.Byte;

    public override ImageColumnFormat? FormatOf(DataViewType type, bool? channelsFirst, int? channels) =>
        type is VectorDataViewType { IsKnownSize: false } vector && vector.ItemType == NumberDataViewType.Byte ? new(this) : null;

    public override Action<ImageContent> OpenReader(DataViewRow row, DataViewSchema.Column column) => VectorReader.Open<byte>(row, column);

    public sealed override PixelImage Decode(ImageContent content, ImageColumnFormat format, PixelImage room, DecodeOptions? options = null)
    {
        ImageDecoder.Decode(content.Values<byte>(), room, options);
        return room;
    }

    public sealed override EncodedImageInfo Inspect(ImageContent content, ImageColumnFormat format, PixelImage room)
    {
        // All of it: a file that is cut short has a header like any other.
        Decode(content, format, room);
        return EncodedImageInfo.Read(content.Values<byte>());
    }
}
