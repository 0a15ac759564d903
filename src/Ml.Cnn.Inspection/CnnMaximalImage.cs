using System.Drawing;
using Ml.Cnn.Transforms.Decoding;

namespace Ml.Cnn.Inspection;

/// <summary>An image that excites a channel, and the part that does.</summary>
public sealed class CnnMaximalImage
{
    internal CnnMaximalImage(PixelImage pixels, RectangleF part) => (Pixels, Part) = (pixels, part);

    /// <summary>The image's row in the data, from 0.</summary>
    public required long Row { get; init; }

    /// <summary>The channel's largest response to the image, in the layer's own units.</summary>
    public required float Response { get; init; }

    /// <summary>The image's width and height in pixels, upright.</summary>
    public Size ImageSize => new(Pixels.Width, Pixels.Height);

    /// <summary>
    /// The part around the largest response, in pixels of the upright image: as far as responses of at least half of it reach without a gap. The layer sees
    /// somewhat more around it.
    /// </summary>
    public RectangleF Place =>
        new(Part.X * ImageSize.Width, Part.Y * ImageSize.Height, Part.Width * ImageSize.Width, Part.Height * ImageSize.Height);

    /// <summary>The image, RGBA.</summary>
    internal PixelImage Pixels { get; }

    /// <summary>The place in shares of the image's width and height.</summary>
    internal RectangleF Part { get; }
}
