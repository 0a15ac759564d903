using Microsoft.ML;
using Microsoft.ML.Data;

namespace Ml.Cnn.Transforms.Columns;

/// <summary>Pixels as vectors whose dimensions are known, of one type of numbers.</summary>
/// <typeparam name="T">The type of the numbers.</typeparam>
/// <param name="itemType">The same for ML.NET.</param>
internal abstract class PixelVectors<T>(NumberDataViewType itemType) : ImageColumnType where T : unmanaged
{
    public override string Description =>
        $"a vector of {itemType} with known dimensions (height × width × channels, or channels × height × width)";

    public sealed override bool Fits(SchemaShape.Column column) => column.Kind == SchemaShape.Column.VectorKind.Vector && column.ItemType == itemType;

    public sealed override ImageColumnFormat? FormatOf(DataViewType type, bool? channelsFirst, int? channels)
    {
        if (type is not VectorDataViewType { IsKnownSize: true, Dimensions: var d } vector || vector.ItemType != itemType)
            return null;
        var format = d.Length switch
        {
            1 => OfFlat(d[0], channelsFirst, channels),
            2 => new(this, d[0], d[1], 1),
            3 when channelsFirst ?? d[2] is not (1 or 3 or 4) => new(this, d[1], d[2], d[0], ChannelsFirst: true),
            3 => new ImageColumnFormat(this, d[0], d[1], d[2]),
            _ => null,
        };
        return format is { Channels: 1 or 3 or 4, Height: > 0, Width: > 0 } ? format : null;
    }

    // A flat vector, as from a CSV of pixels: a square image.
    private ImageColumnFormat? OfFlat(int length, bool? channelsFirst, int? channels)
    {
        int[] candidates = channels is { } given ? [given] : [1, 3, 4];
        foreach (var c in candidates)
        {
            var side = (int)Math.Round(Math.Sqrt(length / (double)c));
            if (side * side * c == length)
                return new ImageColumnFormat(this, side, side, c, ChannelsFirst: channelsFirst ?? false);
        }
        return null;
    }

    public sealed override Action<ImageContent> OpenReader(DataViewRow row, DataViewSchema.Column column) => VectorReader.Open<T>(row, column);

    /// <summary>The values of a row.</summary>
    /// <exception cref="ImageDecodingException">The row holds another number of them.</exception>
    protected static ReadOnlySpan<T> Checked(ImageContent content, ImageColumnFormat format)
    {
        var values = content.Values<T>();
        return values.Length == format.Length ? values
            : throw new ImageDecodingException($"the vector holds {values.Length} values instead of {format.Height}×{format.Width}×{format.Channels}");
    }
}
