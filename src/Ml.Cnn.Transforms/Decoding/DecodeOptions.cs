namespace Ml.Cnn.Transforms.Decoding;

/// <summary>What a decoder should make of an encoded image.</summary>
internal sealed record DecodeOptions
{
    /// <summary>RGB on white, at full size.</summary>
    public static DecodeOptions Default { get; } = new();

    /// <summary>Channels of the result: 1 (gray, ITU-R 601-2 luma), 3 (RGB) or 4 (RGB and straight alpha). Default 3.</summary>
    public int Channels { get; init; } = 3;

    /// <summary>The color behind transparent pixels where the result has no alpha, as 0xRRGGBB. Default white.</summary>
    public int Background { get; init; } = 0xFFFFFF;

    /// <summary>Turn the image upright as its EXIF orientation says. Default true.</summary>
    public bool ApplyOrientation { get; init; } = true;

    /// <summary>Take what could be read of a file that is cut short or damaged, instead of failing. Default false.</summary>
    public bool AllowIncomplete { get; init; }

    /// <summary>Width × height that is still decoded; more is taken for an attack on memory. Default 178,956,970 (Pillow's limit).</summary>
    public long MaximumPixels { get; init; } = 178_956_970;

    /// <summary>
    /// A JPEG may be decoded at 1/2, 1/4 or 1/8 of its size as long as the upright image keeps at least this width and
    /// <see cref="MinimumHeight"/>. 0, the default, decodes at full size.
    /// </summary>
    public int MinimumWidth { get; init; }

    /// <summary>See <see cref="MinimumWidth"/>. In pixels; default 0.</summary>
    public int MinimumHeight { get; init; }

    /// <summary>
    /// Told the upright image's full width and height before it is decoded, the smallest that the decoded one may have; it takes the place
    /// of <see cref="MinimumWidth"/> and <see cref="MinimumHeight"/>. Default: none.
    /// </summary>
    public Func<int, int, (int Width, int Height)>? MinimumSize { get; init; }
}
