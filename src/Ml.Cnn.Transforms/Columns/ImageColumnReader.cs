using Microsoft.ML;
using Ml.Cnn.MlNet;
using Ml.Cnn.Transforms.Decoding;
using Ml.Cnn.Transforms.Geometry;

namespace Ml.Cnn.Transforms.Columns;

/// <summary>Reads the images of a cursor's rows as pixels, whatever form they have. One per cursor.</summary>
internal sealed class ImageColumnReader(DataViewRow row, DataViewSchema.Column column, ImageColumnFormat format)
{
    private readonly Action<ImageContent> _read = format.Type.OpenReader(row, column);
    private readonly ImageContent _content = new();
    private readonly PixelImage _room = new();
    private readonly PixelImage _rgb = new();

    /// <summary>The column that holds the images: <paramref name="imageColumnName"/> if there is one, else the paths.</summary>
    /// <exception cref="ArgumentOutOfRangeException">Neither column is there, or it is of another type.</exception>
    public static (DataViewSchema.Column Column, ImageColumnFormat Format) Find(DataViewSchema schema, string imageColumnName, string imagePathColumnName)
    {
        if (schema.GetColumnOrNull(imageColumnName) is { } image)
            return (image, ImageColumnFormat.Of(schema, "image", imageColumnName));
        var path = schema.GetColumnOrNull(imagePathColumnName) ?? throw SchemaErrors.Missing("image", imageColumnName);
        return (path, ImageColumnTypes.Paths.FormatOf(path.Type, channelsFirst: null, channels: null)
            ?? throw SchemaErrors.Mismatch("image path", imagePathColumnName, "text", path.Type.ToString()!));
    }

    /// <summary>The images that can be decoded, as RGB; the same object each time.</summary>
    /// <param name="data">The images.</param>
    /// <param name="columnName">Their column.</param>
    /// <param name="maximum">Rows that are read.</param>
    /// <exception cref="ArgumentException">There is no such column, or it is of another type.</exception>
    public static IEnumerable<PixelImage> ReadRgb(IDataView data, string columnName, int maximum)
    {
        var column = data.Schema.GetColumnOrNull(columnName)
            ?? throw new ArgumentException($"There is no column '{columnName}'.", nameof(columnName));
        var format = ImageColumnTypes.FormatOf(column)
            ?? throw new ArgumentException($"The column '{columnName}' is of type {column.Type}; needed is {ImageColumnTypes.Accepted}.", nameof(columnName));
        return ReadRgb(data, column, format, maximum);
    }

    private static IEnumerable<PixelImage> ReadRgb(IDataView data, DataViewSchema.Column column, ImageColumnFormat format, int maximum)
    {
        using var cursor = data.GetRowCursor([column]);
        var reader = new ImageColumnReader(cursor, column, format);
        var rgb = new PixelImage();
        for (var i = 0; i < maximum && cursor.MoveNext(); i++)
        {
            PixelImage image;
            try
            {
                image = reader.Read();
            }
            catch (ImageDecodingException)
            {
                continue; // training names it; the colors of the others are enough here
            }
            yield return Rgb(image, rgb);
        }
    }

    /// <summary>The current row's image: pixels keep their channels, all others are RGB. Valid until the next one is read.</summary>
    /// <exception cref="Exception">The image cannot be read (<see cref="ImageColumnType.IsAboutTheImage"/>).</exception>
    public PixelImage Read()
    {
        _read(_content);
        var image = format.Type.Decode(_content, format, _room);
        return format.HasSize ? image : Rgb(image, _rgb);
    }

    private static PixelImage Rgb(PixelImage image, PixelImage room)
    {
        if (image.Channels == 3)
            return image;
        ChannelConverter.Convert(image, room, 3);
        return room;
    }
}
