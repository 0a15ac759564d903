using Microsoft.ML;
using Microsoft.ML.Data;
using Microsoft.ML.Transforms.Image;
using Ml.Cnn.Transforms.Decoding;
using Ml.Cnn.Transforms.Geometry;

namespace Ml.Cnn.Transforms.Augmentation;

/// <summary>Reads a column of images, whatever form they have.</summary>
internal static class ImageColumn
{
    /// <summary>The images that can be decoded, as RGB; the same object each time.</summary>
    /// <exception cref="ArgumentException">There is no such column, or it is of another type.</exception>
    public static IEnumerable<PixelImage> Read(IDataView data, string columnName, int maximum)
    {
        var column = data.Schema.GetColumnOrNull(columnName)
            ?? throw new ArgumentException($"There is no column '{columnName}'.", nameof(columnName));
        return column.Type is ImageDataViewType || (column.Type is VectorDataViewType vector && vector.ItemType == NumberDataViewType.Byte)
            ? Read(data, column, maximum)
            : throw new ArgumentException($"The column '{columnName}' is of type {column.Type}; images, encoded image files or pixels (vectors of bytes) are needed.", nameof(columnName));
    }

    /// <summary>The channels of a column of pixels; 3 for all other images.</summary>
    public static int Channels(DataViewSchema.Column column) => column.Type is VectorDataViewType { Dimensions: [> 0, > 0, (1 or 3 or 4) and var channels] } ? channels : 3;

    /// <summary>Reads the image of the cursor's row: a path, an encoded file, an MLImage, or pixels, which keep their channels.</summary>
    /// <returns>Fills an image. It throws <see cref="ImageDecodingException"/> or <see cref="IOException"/> for one that cannot be read.</returns>
    public static Action<PixelImage> Reader(DataViewRow cursor, DataViewSchema.Column column) => column.Type switch
    {
        TextDataViewType => Reader<ReadOnlyMemory<char>>(cursor, column, static (path, image) => ImageDecoder.Decode(File.ReadAllBytes(path.ToString()), image)),
        ImageDataViewType => Reader<MLImage>(cursor, column, static (source, image) =>
        {
            using (source)
                ImageDecoder.Convert(source, image);
        }),
        VectorDataViewType { Dimensions: [> 0 and var height, > 0 and var width, (1 or 3 or 4) and var channels] } => Reader<VBuffer<byte>>(cursor, column, (pixels, image) =>
        {
            image.Reset(width, height, channels);
            pixels.CopyTo(image.Pixels);
        }),
        _ => Reader<VBuffer<byte>>(cursor, column, static (bytes, image) => ImageDecoder.Decode([.. bytes.DenseValues()], image)),
    };

    private static Action<PixelImage> Reader<T>(DataViewRow cursor, DataViewSchema.Column column, Action<T, PixelImage> decode)
    {
        var getter = cursor.GetGetter<T>(column);
        var value = default(T)!;
        return image =>
        {
            getter(ref value);
            decode(value, image);
        };
    }

    private static IEnumerable<PixelImage> Read(IDataView data, DataViewSchema.Column column, int maximum)
    {
        using var cursor = data.GetRowCursor([column]);
        var read = Reader(cursor, column);
        var (image, rgb) = (new PixelImage(), new PixelImage());
        for (var i = 0; i < maximum && cursor.MoveNext(); i++)
        {
            try
            {
                read(image);
            }
            catch (ImageDecodingException)
            {
                continue; // training names it; the colors of the others are enough here
            }
            if (image.Channels == 3)
            {
                yield return image;
                continue;
            }
            ChannelConverter.Convert(image, rgb, 3);
            yield return rgb;
        }
    }
}
