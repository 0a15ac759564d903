using System.Drawing;
using Ml.Cnn.Transforms.Decoding;

namespace Ml.Cnn.Inspection;

/// <summary>An image that is like another for a network.</summary>
public sealed class CnnNeighbor
{
    internal CnnNeighbor(PixelImage pixels) => Pixels = pixels;

    /// <summary>The image's row in the data, from 0.</summary>
    public long Row { get; internal init; }

    /// <summary>The cosine of the angle between the features of both images: 1 for the same direction, 0 for features that have nothing in common.</summary>
    public float Similarity { get; internal init; }

    /// <summary>The image's width and height in pixels, upright.</summary>
    public Size ImageSize => new(Pixels.Width, Pixels.Height);

    /// <summary>The image, RGBA.</summary>
    internal PixelImage Pixels { get; }
}
