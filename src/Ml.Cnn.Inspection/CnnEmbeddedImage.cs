namespace Ml.Cnn.Inspection;

/// <summary>An image as a point in the plane.</summary>
public sealed record CnnEmbeddedImage
{
    /// <summary>The image's row in the data, from 0.</summary>
    public required int Row { get; init; }

    /// <summary>Its first principal component, in the features' own units, from the mean of all images.</summary>
    public required double X { get; init; }

    /// <summary>Its second principal component.</summary>
    public required double Y { get; init; }

    /// <summary>Its label; null where it has none, or the data has no column of labels.</summary>
    public string? Label { get; init; }
}
