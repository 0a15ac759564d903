using Microsoft.ML;
using Microsoft.ML.Data;
using Microsoft.ML.Transforms.Image;
using Ml.Cnn.Transforms.Decoding;

namespace Ml.Cnn.Transforms.Augmentation;

/// <summary>Reads a column of pictures as RGB, one after the other.</summary>
internal static class PictureColumn
{
    /// <summary>The pictures that can be decoded; the same object each time.</summary>
    /// <exception cref="ArgumentException">There is no such column, or it is of another type.</exception>
    public static IEnumerable<PixelImage> Read(IDataView data, string columnName, int maximum)
    {
        var column = data.Schema.GetColumnOrNull(columnName)
            ?? throw new ArgumentException($"There is no column '{columnName}'.", nameof(columnName));
        return column.Type switch
        {
            ImageDataViewType => Read<MLImage>(data, column, maximum, static (image, picture) => ImageDecoder.Convert(image, picture)),
            VectorDataViewType { ItemType: NumberDataViewType { RawType: var item } } when item == typeof(byte) =>
                Read<VBuffer<byte>>(data, column, maximum, static (bytes, picture) => ImageDecoder.Decode([.. bytes.DenseValues()], picture)),
            var other => throw new ArgumentException($"The column '{columnName}' is of type {other}; images or encoded image files (a vector of bytes) are needed.", nameof(columnName)),
        };
    }

    private static IEnumerable<PixelImage> Read<T>(IDataView data, DataViewSchema.Column column, int maximum, Action<T, PixelImage> decode)
    {
        using var cursor = data.GetRowCursor([column]);
        var getter = cursor.GetGetter<T>(column);
        var picture = new PixelImage();
        var value = default(T)!;
        for (var i = 0; i < maximum && cursor.MoveNext(); i++)
        {
            getter(ref value);
            try
            {
                decode(value, picture);
            }
            catch (ImageDecodingException)
            {
                continue; // training names it; the colours of the others are enough here
            }
            yield return picture;
        }
        (value as IDisposable)?.Dispose();
    }
}
