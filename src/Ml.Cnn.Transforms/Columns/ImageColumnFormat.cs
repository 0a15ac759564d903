using Microsoft.ML;
using Ml.Cnn.MlNet;

namespace Ml.Cnn.Transforms.Columns;

/// <summary>What a column of images holds.</summary>
/// <param name="Type">How its images are kept.</param>
/// <param name="Height">Pixels' height; 0 where every image has a size of its own.</param>
/// <param name="Width">Pixels' width; 0 where every image has a size of its own.</param>
/// <param name="Channels">Pixels' channels; 0 where every image has its own.</param>
/// <param name="ChannelsFirst">Whether pixels lie channels × height × width rather than height × width × channels.</param>
internal sealed record ImageColumnFormat(ImageColumnType Type, int Height = 0, int Width = 0, int Channels = 0, bool ChannelsFirst = false)
{
    /// <summary>Whether all images have one size, which the column's type tells.</summary>
    public bool HasSize => Height > 0;

    /// <summary>Values in a vector of pixels.</summary>
    public int Length => Height * Width * Channels;

    /// <summary>Reads the format off a column.</summary>
    /// <param name="schema">The input's schema.</param>
    /// <param name="role">What the column is to the caller, for the error.</param>
    /// <param name="name">The column's name.</param>
    /// <param name="channelsFirst">How pixels are arranged; null: as the dimensions tell.</param>
    /// <param name="channels">The channels of a flat vector; null takes the first of 1, 3 and 4 that makes a square.</param>
    /// <exception cref="ArgumentOutOfRangeException">The column is missing or of another type.</exception>
    public static ImageColumnFormat Of(DataViewSchema schema, string role, string name, bool? channelsFirst = null, int? channels = null)
    {
        var column = schema.GetColumnOrNull(name) ?? throw SchemaErrors.Missing(role, name);
        return ImageColumnTypes.FormatOf(column, channelsFirst, channels)
            ?? throw SchemaErrors.Mismatch(role, name, ImageColumnTypes.Accepted, column.Type.ToString()!);
    }

    /// <summary>Checks what a shape can tell: the item type and whether it is a vector.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The column is missing or of another type.</exception>
    public static void Check(SchemaShape shape, string role, string name)
    {
        var column = ColumnShapes.Find(shape, name) ?? throw SchemaErrors.Missing(role, name);
        if (column.IsKey || !ImageColumnTypes.All.Any(type => type.Fits(column)))
            throw SchemaErrors.Mismatch(role, name, ImageColumnTypes.Accepted, ColumnShapes.TypeName(column));
    }
}
