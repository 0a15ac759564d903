using System.Text.Json.Serialization;

namespace Ml.Cnn.Transforms;

/// <summary>How a turned or distorted image's pixels follow from the original's, which lie elsewhere.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<WarpSampling>))]
public enum WarpSampling
{
    /// <summary>The pixel that is there: fast, with jagged edges.</summary>
    Nearest,

    /// <summary>The four pixels around, weighted by their distance.</summary>
    Bilinear,
}

internal static class WarpSamplings
{
    /// <exception cref="ArgumentOutOfRangeException">The number is none of the names.</exception>
    public static WarpSampling Checked(this WarpSampling sampling, string name) =>
        Enum.IsDefined(sampling) ? sampling : throw new ArgumentOutOfRangeException(name, sampling, "Unknown sampling.");
}
