namespace Ml.Cnn.DataQuality;

/// <summary>What may be wrong with an image of a data set. In the order of a report.</summary>
public enum DataProblemKind
{
    /// <summary>Two images are the same, or nearly, and have different labels: one of these is wrong, or the classes overlap.</summary>
    ConflictingDuplicate,

    /// <summary>A training image is, or is nearly, one of the validation images: what is measured with those is too good.</summary>
    Leak,

    /// <summary>The label is probably wrong, by networks that have not seen it.</summary>
    LabelError,

    /// <summary>The file occurs before, byte for byte, with the same label.</summary>
    Duplicate,

    /// <summary>Nearly the same image occurs before with the same label: resized, compressed again, cropped a little, or mirrored.</summary>
    NearDuplicate,

    /// <summary>The image cannot be read.</summary>
    Unreadable,

    /// <summary>All of the image has one color.</summary>
    Blank,

    /// <summary>The image is far smaller than the others.</summary>
    Tiny,

    /// <summary>Shape, colors or sharpness are far from those of the other images.</summary>
    Odd,

    /// <summary>A network's features of the image are far from those of all other images, or of its own class.</summary>
    Outlier,
}
