using System.Globalization;
using Ml.Cnn.Transforms.Decoding;

namespace Ml.Cnn.Inspection.Pictures;

/// <summary>The numbers that black and white stand for, the same in all tiles of a section.</summary>
internal readonly record struct ValueScale(float Black, float White)
{
    /// <summary>From the least to the most.</summary>
    public static ValueScale Of(IEnumerable<float> values)
    {
        var (least, most) = (float.PositiveInfinity, float.NegativeInfinity);
        foreach (var value in values)
            (least, most) = (MathF.Min(least, value), MathF.Max(most, value));
        return new(least, most);
    }

    /// <summary>0 in the middle, at gray.</summary>
    public static ValueScale Symmetric(IEnumerable<float> values)
    {
        var largest = values.Select(MathF.Abs).DefaultIfEmpty().Max();
        return new(-largest, largest);
    }

    /// <summary>A number's shade; gray for all where they are the same, and for what is no number.</summary>
    public byte Shade(float value)
    {
        const byte Gray = 128;
        var share = (value - Black) / (White - Black);
        return float.IsFinite(share) ? (byte)MathF.Round(Math.Clamp(share, 0, 1) * byte.MaxValue) : Gray;
    }

    /// <summary>A tile of one map.</summary>
    /// <param name="map">Row by row.</param>
    /// <param name="width">Columns.</param>
    public PixelImage Tile(ReadOnlySpan<float> map, int width)
    {
        var tile = new PixelImage(width, map.Length / width, 1);
        for (var i = 0; i < map.Length; i++)
            tile.Pixels[i] = Shade(map[i]);
        return tile;
    }

    /// <summary>A tile in color.</summary>
    /// <param name="maps">Red, green and blue, one behind the other, each row by row.</param>
    /// <param name="width">Columns.</param>
    public PixelImage ColorTile(ReadOnlySpan<float> maps, int width)
    {
        var pixels = maps.Length / 3;
        var tile = new PixelImage(width, pixels / width, 3);
        for (var i = 0; i < pixels; i++)
        {
            for (var color = 0; color < 3; color++)
                tile.Pixels[i * 3 + color] = Shade(maps[color * pixels + i]);
        }
        return tile;
    }

    /// <summary>"black −0.31, white 0.31".</summary>
    public override string ToString() => $"black {Number(Black)}, white {Number(White)}";

    private static string Number(float value) => value.ToString("0.###", CultureInfo.InvariantCulture).Replace('-', '−');
}
