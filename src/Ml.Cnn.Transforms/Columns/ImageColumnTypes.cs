using Microsoft.ML;

namespace Ml.Cnn.Transforms.Columns;

/// <summary>The types of columns that images come in. Another one takes a class of its own and a place in <see cref="All"/>.</summary>
internal static class ImageColumnTypes
{
    public static EncodedImages Encoded { get; } = new();

    public static MLImages MLImages { get; } = new();

    public static BytePixels Bytes { get; } = new();

    public static SinglePixels Singles { get; } = new();

    /// <summary>Those that a network is trained on and scores.</summary>
    public static IReadOnlyList<ImageColumnType> All { get; } = [Encoded, MLImages, Bytes, Singles];

    /// <summary>Paths of files: only data sets are looked at by them; text is never taken for an image.</summary>
    public static ImagePaths Paths { get; } = new();

    /// <summary>How an error lists them.</summary>
    public static string Accepted { get; } = string.Join(", or ", All.Select(type => type.Description));

    /// <summary>The format of a column; null if no type matches.</summary>
    /// <param name="column">The column.</param>
    /// <param name="channelsFirst">How pixels are arranged; null: as the dimensions tell.</param>
    /// <param name="channels">The channels of a flat vector; null takes the first of 1, 3 and 4 that makes a square.</param>
    public static ImageColumnFormat? FormatOf(DataViewSchema.Column column, bool? channelsFirst = null, int? channels = null) =>
        All.Select(type => type.FormatOf(column.Type, channelsFirst, channels)).FirstOrDefault(format => format is not null);
}
