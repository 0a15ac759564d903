using Microsoft.ML;
using Microsoft.ML.Data;
using Microsoft.ML.Transforms.Image;
using Ml.Cnn.MlNet;

namespace Ml.Cnn.Trainers.Input;

/// <summary>What a feature column holds.</summary>
internal enum FeatureKind
{
    /// <summary>A file's content: JPEG, PNG, …</summary>
    EncodedBytes,

    /// <summary>Pixels from 0 to 255, as bytes.</summary>
    BytePixels,

    /// <summary>Pixels from 0 to 255, as float32 (ExtractPixels' default scale).</summary>
    FloatPixels,

    /// <summary>ML.NET's own image type.</summary>
    Image,
}

/// <summary>The kind of a feature column and, for pixels, their arrangement. For the other kinds the sizes are 0.</summary>
internal sealed record FeatureFormat(FeatureKind Kind, int Height = 0, int Width = 0, int Channels = 0, bool ChannelsFirst = false)
{
    public const string Accepted =
        "encoded image bytes (VarVector<Byte>, as LoadRawImageBytes gives), an image (MLImage), or a vector of Byte or Single with known dimensions (height × width × channels, or channels × height × width)";

    /// <summary>Checks what a shape can tell: the item type and whether it is a vector.</summary>
    public static void Check(SchemaShape shape, string name)
    {
        var column = ColumnShapes.Find(shape, name) ?? throw SchemaErrors.Missing("feature", name);
        var fits = column.ItemType switch
        {
            _ when column.IsKey => false,
            ImageDataViewType => column.Kind == SchemaShape.Column.VectorKind.Scalar,
            var type when type == NumberDataViewType.Byte => column.Kind != SchemaShape.Column.VectorKind.Scalar,
            var type when type == NumberDataViewType.Single => column.Kind == SchemaShape.Column.VectorKind.Vector,
            _ => false,
        };
        if (!fits)
            throw SchemaErrors.Mismatch("feature", name, Accepted, ColumnShapes.TypeName(column));
    }

    /// <summary>Reads the format off a column.</summary>
    /// <param name="schema">The input's schema.</param>
    /// <param name="name">The column's name.</param>
    /// <param name="layout">How pixels are arranged, where the dimensions do not tell.</param>
    /// <param name="channels">The channels of a flat vector, whose dimensions say nothing; null takes the first of 1, 3 and 4 that makes a square.</param>
    public static FeatureFormat Of(DataViewSchema schema, string name, PixelLayout layout, int? channels)
    {
        var column = schema.GetColumnOrNull(name) ?? throw SchemaErrors.Missing("feature", name);
        return column.Type switch
        {
            ImageDataViewType => new(FeatureKind.Image),
            VectorDataViewType { IsKnownSize: false } vector when vector.ItemType == NumberDataViewType.Byte => new(FeatureKind.EncodedBytes),
            VectorDataViewType { IsKnownSize: true } vector when vector.ItemType == NumberDataViewType.Byte || vector.ItemType == NumberDataViewType.Single =>
                OfPixels(vector, layout, channels) ?? throw Mismatch(),
            _ => throw Mismatch(),
        };

        Exception Mismatch() => SchemaErrors.Mismatch("feature", name, Accepted, column.Type.ToString()!);
    }

    private static FeatureFormat? OfPixels(VectorDataViewType vector, PixelLayout layout, int? channels)
    {
        var kind = vector.ItemType == NumberDataViewType.Byte ? FeatureKind.BytePixels : FeatureKind.FloatPixels;
        var d = vector.Dimensions;
        var format = d.Length switch
        {
            1 => OfFlat(kind, d[0], layout, channels),
            2 => new FeatureFormat(kind, d[0], d[1], 1),
            3 when layout == PixelLayout.ChannelsHeightWidth || (layout == PixelLayout.Auto && d[2] is not (1 or 3 or 4)) => new FeatureFormat(kind, d[1], d[2], d[0], ChannelsFirst: true),
            3 => new FeatureFormat(kind, d[0], d[1], d[2]),
            _ => null,
        };
        return format is { Channels: 1 or 3 or 4, Height: > 0, Width: > 0 } ? format : null;
    }

    // A flat vector, as from a CSV of pixels: a square image.
    private static FeatureFormat? OfFlat(FeatureKind kind, int length, PixelLayout layout, int? channels)
    {
        int[] candidates = channels is { } given ? [given] : [1, 3, 4];
        foreach (var c in candidates)
        {
            var side = (int)Math.Round(Math.Sqrt(length / (double)c));
            if (side * side * c == length)
                return new FeatureFormat(kind, side, side, c, ChannelsFirst: layout == PixelLayout.ChannelsHeightWidth);
        }
        return null;
    }
}
