using Microsoft.ML;
using Ml.Cnn.Transforms.Columns;

namespace Ml.Cnn.Trainers.Input;

/// <summary>The column of images that a network takes.</summary>
internal static class FeatureColumn
{
    private const string Role = "feature";

    /// <summary>Checks what a shape can tell: the item type and whether it is a vector.</summary>
    public static void Check(SchemaShape shape, string name) => ImageColumnFormat.Check(shape, Role, name);

    /// <summary>Reads the format off a column.</summary>
    /// <param name="schema">The input's schema.</param>
    /// <param name="name">The column's name.</param>
    /// <param name="layout">How pixels are arranged, where the dimensions do not tell.</param>
    /// <param name="channels">The channels of a flat vector, whose dimensions say nothing; null takes the first of 1, 3 and 4 that makes a square.</param>
    public static ImageColumnFormat Of(DataViewSchema schema, string name, PixelLayout layout, int? channels) =>
        ImageColumnFormat.Of(schema, Role, name, layout == PixelLayout.Auto ? null : layout == PixelLayout.ChannelsHeightWidth, channels);
}
