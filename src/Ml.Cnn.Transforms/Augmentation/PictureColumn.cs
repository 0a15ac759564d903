using Microsoft.ML;
using Microsoft.ML.Data;
using Microsoft.ML.Transforms.Image;
using Ml.Cnn.Transforms.Decoding;
using Ml.Cnn.Transforms.Geometry;

namespace Ml.Cnn.Transforms.Augmentation;

/// <summary>Reads a column of pictures, whatever form they have.</summary>
internal static class PictureColumn
{
    /// <summary>The pictures that can be decoded, as RGB; the same object each time.</summary>
    /// <exception cref="ArgumentException">There is no such column, or it is of another type.</exception>
    public static IEnumerable<PixelImage> Read(IDataView data, string columnName, int maximum)
    {
        var column = data.Schema.GetColumnOrNull(columnName)
            ?? throw new ArgumentException($"There is no column '{columnName}'.", nameof(columnName));
        return column.Type is ImageDataViewType || (column.Type is VectorDataViewType vector && vector.ItemType == NumberDataViewType.Byte)
            ? Read(data, column, maximum)
            : throw new ArgumentException($"The column '{columnName}' is of type {column.Type}; images, encoded image files or pixels (vectors of bytes) are needed.", nameof(columnName));
    }

    /// <summary>The channels of a column of pixels; 3 for all other pictures.</summary>
    public static int Channels(DataViewSchema.Column column) => column.Type is VectorDataViewType { Dimensions: [> 0, > 0, (1 or 3 or 4) and var channels] } ? channels : 3;

    /// <summary>Reads the picture of the cursor's row: a path, an encoded file, an MLImage, or pixels, which keep their channels.</summary>
    /// <returns>Fills a picture. It throws <see cref="ImageDecodingException"/> or <see cref="IOException"/> for one that cannot be read.</returns>
    public static Action<PixelImage> Reader(DataViewRow cursor, DataViewSchema.Column column) => column.Type switch
    {
        TextDataViewType => Reader<ReadOnlyMemory<char>>(cursor, column, static (path, picture) => ImageDecoder.Decode(File.ReadAllBytes(path.ToString()), picture)),
        ImageDataViewType => Reader<MLImage>(cursor, column, static (image, picture) =>
        {
            using (image)
                ImageDecoder.Convert(image, picture);
        }),
        VectorDataViewType { Dimensions: [> 0 and var height, > 0 and var width, (1 or 3 or 4) and var channels] } => Reader<VBuffer<byte>>(cursor, column, (pixels, picture) =>
        {
            picture.Reset(width, height, channels);
            pixels.CopyTo(picture.Pixels);
        }),
        _ => Reader<VBuffer<byte>>(cursor, column, static (bytes, picture) => ImageDecoder.Decode([.. bytes.DenseValues()], picture)),
    };

    private static Action<PixelImage> Reader<T>(DataViewRow cursor, DataViewSchema.Column column, Action<T, PixelImage> decode)
    {
        var getter = cursor.GetGetter<T>(column);
        var value = default(T)!;
        return picture =>
        {
            getter(ref value);
            decode(value, picture);
        };
    }

    private static IEnumerable<PixelImage> Read(IDataView data, DataViewSchema.Column column, int maximum)
    {
        using var cursor = data.GetRowCursor([column]);
        var read = Reader(cursor, column);
        var (picture, rgb) = (new PixelImage(), new PixelImage());
        for (var i = 0; i < maximum && cursor.MoveNext(); i++)
        {
            try
            {
                read(picture);
            }
            catch (ImageDecodingException)
            {
                continue; // training names it; the colours of the others are enough here
            }
            if (picture.Channels == 3)
            {
                yield return picture;
                continue;
            }
            ChannelConverter.Convert(picture, rgb, 3);
            yield return rgb;
        }
    }
}
