using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;
using Ml.Cnn.Transforms.Decoding;

namespace Ml.Cnn.Transforms.Augmentation;

/// <summary>The color of places that the image does not reach, given as 0xRRGGBB, in an image's channels.</summary>
internal static class FillColor
{
    /// <exception cref="ArgumentOutOfRangeException">The number is no color.</exception>
    public static int Checked(int fill, string name)
    {
        if (fill is < 0 or > 0xFFFFFF)
            throw new ArgumentOutOfRangeException(name, fill, $"The color {name} must be 0xRRGGBB, from 0x000000 (black) to 0xFFFFFF (white).");
        return fill;
    }

    /// <summary>Writes one pixel. A fourth channel is opaque.</summary>
    public static void Write(int fill, Span<byte> pixel)
    {
        var (red, green, blue) = ((byte)(fill >> 16), (byte)(fill >> 8), (byte)fill);
        if (pixel.Length == 1)
        {
            pixel[0] = PixelConverter.Luma(red, green, blue);
            return;
        }
        (pixel[0], pixel[1], pixel[2]) = (red, green, blue);
        if (pixel.Length == 4)
            pixel[3] = 255;
    }

    /// <summary>Fills rows of whole pixels.</summary>
    public static void WriteAll(int fill, Span<byte> pixels, int channels)
    {
        if (fill == 0 && channels != 4)
        {
            pixels.Clear();
            return;
        }
        Write(fill, pixels[..channels]);
        for (var filled = channels; filled < pixels.Length; filled *= 2)
            pixels[..Math.Min(filled, pixels.Length - filled)].CopyTo(pixels[filled..]);
    }
}

/// <summary>A color as "#RRGGBB".</summary>
internal sealed class FillColorConverter : JsonConverter<int>
{
    public override int Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        reader.TokenType == JsonTokenType.String && reader.GetString() is ['#', .. { Length: 6 } digits]
        && int.TryParse(digits, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var color)
            ? color
            : throw new JsonException("A color is a text like \"#RRGGBB\".");

    public override void Write(Utf8JsonWriter writer, int value, JsonSerializerOptions options) =>
        writer.WriteStringValue($"#{value:X6}");
}
