using System.Text.Json.Serialization;

namespace Ml.Cnn.Transforms;

/// <summary>
/// How the pixels of a resized image follow from the original's. Both are antialiased: when an image becomes smaller,
/// the filter grows with the ratio, as in Pillow and so in torchvision.
/// </summary>
[JsonConverter(typeof(JsonStringEnumConverter<Interpolation>))]
public enum Interpolation
{
    /// <summary>A triangle over two pixels in each direction. What most networks' weights were trained with.</summary>
    Bilinear,

    /// <summary>Keys' cubic (1981) with a = −0.5 over four pixels in each direction.</summary>
    Bicubic,
}
