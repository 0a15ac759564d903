using Microsoft.ML;
using Microsoft.ML.Data;
using Microsoft.ML.Transforms.Image;
using Ml.Cnn.Transforms.Decoding;

namespace Ml.Cnn.Transforms.Columns;

/// <summary>ML.NET's own image type. A row keeps a copy: the image itself belongs to its source.</summary>
internal sealed class MLImages : ImageColumnType
{
    // All four channels are kept; whoever decodes knows how many are wanted.
    private static readonly DecodeOptions s_withAlpha = new() { Channels = 4 };

    public override string Description => "an image (MLImage)";

    public override bool Fits(SchemaShape.Column column) => column.Kind == SchemaShape.Column.VectorKind.Scalar && column.ItemType is ImageDataViewType;

    public override ImageColumnFormat? FormatOf(DataViewType type, bool? channelsFirst, int? channels) => type is ImageDataViewType ? new(this) : null;

    // The variable is handed to the getter again and again: loaders dispose of the image before, as ML.NET's own consumers let them.
    // Nothing is disposed of here: an image of an enumerable is its owner's and comes again in the next pass.
    public override Action<ImageContent> OpenReader(DataViewRow row, DataViewSchema.Column column)
    {
        var get = row.GetGetter<MLImage>(column);
        var abandoned = new AbandonedImages();
        MLImage? image = null;
        return content =>
        {
            var before = image;
            get(ref image!);
            if (image is null)
                throw new ImageDecodingException("There is no image.");
            ImageDecoder.Convert(image, content.ImageRoom(), s_withAlpha);
            abandoned.Note(before, image);
        };
    }

    public override PixelImage Decode(ImageContent content, ImageColumnFormat format, PixelImage room, DecodeOptions? options = null) => content.Image;
}
