using System.Text.Json.Serialization;

namespace Ml.Cnn.Transforms;

/// <summary>Which parts of an image a network looks at when it scores.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<EvaluationCrops>))]
public enum EvaluationCrops
{
    /// <summary>The middle.</summary>
    Center,

    /// <summary>The four corners and the middle (torchvision's FiveCrop). Scoring takes five times as long.</summary>
    Five,

    /// <summary>
    /// The four corners and the middle, and the same of the mirror image (Krizhevsky et al. 2012, section 4.1; torchvision's
    /// TenCrop). Scoring takes ten times as long.
    /// </summary>
    Ten,
}
