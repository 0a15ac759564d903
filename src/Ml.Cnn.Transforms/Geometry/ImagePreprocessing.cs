using System.Buffers;
using System.Text.Json.Serialization;
using Ml.Cnn.Transforms.Augmentation.Pixels;
using Ml.Cnn.Transforms.Decoding;
using Ml.Cnn.Transforms.Geometry;

namespace Ml.Cnn.Transforms;

/// <summary>
/// How an image of any size becomes the input of a network: resized, cropped, brought to a number of channels, normalized.
/// Sizes and positions follow torchvision's Resize and CenterCrop, pixels Pillow's antialiased resize.
/// </summary>
public sealed record ImagePreprocessing
{
    /// <summary>Height of the network's input in pixels, at least 1. Default 224.</summary>
    public int Height { get; init; } = 224;

    /// <summary>Width of the network's input in pixels, at least 1. Default 224.</summary>
    public int Width { get; init; } = 224;

    /// <summary>Channels of the network's input: 1 (gray), 3 (RGB) or 4 (RGB and straight alpha). Default 3.</summary>
    public int Channels { get; init; } = 3;

    /// <summary>
    /// The length in pixels, at least 1, that the image's short side is brought to before the middle
    /// <see cref="Height"/> × <see cref="Width"/> pixels are cut out; what the resized image lacks is filled with black.
    /// Null, the default, brings the image straight to <see cref="Height"/> × <see cref="Width"/>, whatever its proportions.
    /// </summary>
    public int? ResizeShortSide { get; init; }

    /// <summary>
    /// The views of an image that are looked at when a network scores it: the middle alone (the default), or several, whose scores are averaged.
    /// Several parts need a <see cref="ResizeShortSide"/> of at least the height and the width, or <see cref="TestTimeAugmentation.Scales"/>.
    /// </summary>
    public TestTimeAugmentation TestTime { get; init; } = TestTimeAugmentation.None;

    // Under their former name, models hold "center", "five" or "ten". Not private: the code that reads model.json is generated beside its own type.
    [JsonInclude, JsonPropertyName("crops"), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    internal string? FormerCrops
    {
        get => null;
        init => TestTime = value is null ? TestTime : TestTimeAugmentation.Parse(value);
    }

    /// <summary>The filter for resizing. Default bilinear.</summary>
    public Interpolation Interpolation { get; init; } = Interpolation.Bilinear;

    /// <summary>Mean and deviation per channel. Default ImageNet's.</summary>
    public Normalization Normalization { get; init; } = Normalization.ImageNet;

    /// <summary>
    /// Whether JPEGs may be decoded at 1/2, 1/4 or 1/8 scale where that is still at least the size they are resized to: about
    /// twice as fast for large photos, with pixels that differ slightly from those of a full decode. Default true; false for
    /// published weights, which were evaluated on full decodes.
    /// </summary>
    public bool ReducedDecoding { get; init; } = true;

    /// <summary>The one part that this preprocessing cuts out. Default: the middle.</summary>
    internal CropView View { get; init; }

    /// <summary>A preprocessing for each view that scoring looks at, size by size, in the order of torchvision's FiveCrop and TenCrop.</summary>
    internal ImagePreprocessing[] Views() =>
        [.. Sizes().SelectMany(size => CropView.Of(TestTime).Select(view => this with { ResizeShortSide = size, View = view }))];

    /// <summary>The lengths that the short side is brought to; null for none.</summary>
    internal IEnumerable<int?> Sizes() => TestTime.Scales.Count == 0 ? [ResizeShortSide]
        : TestTime.Scales.Select(scale => (int?)(int)Math.Round(scale * Math.Max(Height, Width)));

    /// <summary>The same with other views of an image.</summary>
    /// <param name="augmentation">The views.</param>
    /// <param name="resizeShortSide">
    /// What the short side is brought to before. Default: as it is, if that leaves room for several parts; else 8/7 of the network's input.
    /// </param>
    internal ImagePreprocessing WithTestTime(TestTimeAugmentation augmentation, int? resizeShortSide = null)
    {
        var side = Math.Max(Height, Width);
        var hasRoom = ResizeShortSide > side || !augmentation.NeedsRoom;
        var changed = this with { TestTime = augmentation, ResizeShortSide = resizeShortSide ?? (hasRoom ? ResizeShortSide : (int)Math.Round(side * 8 / 7.0)) };
        changed.Validate();
        return changed;
    }

    /// <summary>The same with a smaller or larger input, of the same part of an image.</summary>
    /// <param name="side">Height and width of the input.</param>
    internal ImagePreprocessing ForSize(int side) => this with
    {
        Height = side,
        Width = side,
        ResizeShortSide = ResizeShortSide is { } shortSide ? (int)Math.Round((double)shortSide * side / Height) : null,
    };

    /// <summary>A preprocessing for a whole image, of its own proportions, as dense evaluation looks at it.</summary>
    /// <param name="width">The image's.</param>
    /// <param name="height">The image's.</param>
    /// <param name="shortSide">What its short side becomes.</param>
    internal ImagePreprocessing ForWhole(int width, int height, int? shortSide)
    {
        const int LongestSides = 4; // short sides: the middle of a longer image
        var side = shortSide ?? Math.Min(Height, Width);
        var sized = this with { ResizeShortSide = side, TestTime = TestTimeAugmentation.None };
        var (resizedWidth, resizedHeight) = sized.ResizedSize(width, height);
        return sized with { Width = Math.Min(resizedWidth, LongestSides * side), Height = Math.Min(resizedHeight, LongestSides * side) };
    }

    /// <summary>Bytes of an image that is ready: height × width × channels.</summary>
    internal int ByteCount => checked(Height * Width * Channels);

    /// <summary>Complains about the first value that makes no sense.</summary>
    /// <exception cref="ArgumentOutOfRangeException">A size below 1, other channels than 1, 3 and 4, or statistics for other channels.</exception>
    internal void Validate()
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(Height, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(Width, 1);
        if (Channels is not (1 or 3 or 4))
            throw new ArgumentOutOfRangeException(nameof(Channels), Channels, "Channels must be 1 (gray), 3 (RGB) or 4 (RGBA).");
        if (ResizeShortSide < 1)
            throw new ArgumentOutOfRangeException(nameof(ResizeShortSide), ResizeShortSide, "The short side must be at least 1 pixel, or null.");
        TestTime.Validate();
        if (TestTime.NeedsRoom && Sizes().Any(size => !(size >= Math.Max(Height, Width))))
        {
            throw new ArgumentOutOfRangeException(nameof(ResizeShortSide), ResizeShortSide,
                $"To look at more than the middle of {Width} × {Height} pixels, the image's short side must be brought to at least "
                + $"{Math.Max(Height, Width)} pixels.");
        }
        if (!Enum.IsDefined(Interpolation))
            throw new ArgumentOutOfRangeException(nameof(Interpolation), Interpolation, "Unknown interpolation.");
        if (Normalization.Mean.Count != Channels || Normalization.Deviation.Count != Channels)
        {
            throw new ArgumentOutOfRangeException(nameof(Normalization), Normalization.Mean.Count,
                $"The normalization must have one mean and one deviation for each of the {Channels} channels.");
        }
    }

    /// <summary>What a decoder has to give for this preprocessing.</summary>
    /// <param name="reducedScale">Whether the caller has no objection to <see cref="ReducedDecoding"/>.</param>
    internal DecodeOptions DecodeOptions(bool reducedScale = false) => new()
    {
        Channels = Channels,
        MinimumWidth = reducedScale && ReducedDecoding ? Sizes().Max() ?? Width : 0,
        MinimumHeight = reducedScale && ReducedDecoding ? Sizes().Max() ?? Height : 0,
    };

    /// <summary>The size that an image has after resizing and before cropping.</summary>
    internal (int Width, int Height) ResizedSize(int width, int height)
    {
        if (ResizeShortSide is not { } shortSide)
            return (Width, Height);
        var longSide = (int)((double)((long)shortSide * Math.Max(width, height)) / Math.Min(width, height));
        return width <= height ? (shortSide, longSide) : (longSide, shortSide);
    }

    /// <summary>Resizes, crops and converts an image to <see cref="Height"/> × <see cref="Width"/> × <see cref="Channels"/> bytes.</summary>
    /// <param name="source">An image of any size and number of channels.</param>
    /// <param name="destinationHwc">Exactly <see cref="ByteCount"/> bytes.</param>
    internal void Apply(PixelImage source, Span<byte> destinationHwc) =>
        Fit(source, PixelRectangle.Whole(source.Width, source.Height), destinationHwc);

    /// <summary>The same for a part of an image, as if it were the whole.</summary>
    internal void Fit(PixelImage source, PixelRectangle box, Span<byte> destinationHwc)
    {
        var (width, height) = ResizedSize(box.Width, box.Height);
        Apply(source, box, width, height, destinationHwc);
    }

    /// <summary>Resizes a part of an image straight to <see cref="Height"/> × <see cref="Width"/>, whatever its proportions.</summary>
    internal void Apply(PixelImage source, PixelRectangle box, Span<byte> destinationHwc) => Apply(source, box, Width, Height, destinationHwc);

    private void Apply(PixelImage source, PixelRectangle box, int resizedWidth, int resizedHeight, Span<byte> destinationHwc)
    {
        if (destinationHwc.Length != ByteCount)
            throw new ArgumentException($"{ByteCount} bytes are needed, not {destinationHwc.Length}.", nameof(destinationHwc));
        if (source.Channels > Channels)
            source = ChannelConverter.Reduce(source, Channels);
        if (source.Channels == Channels)
        {
            ResizeAndCrop(source, box, resizedWidth, resizedHeight, destinationHwc);
            return;
        }

        // Fewer channels are cheaper to resize, and the result is the same.
        var bytes = Height * Width * source.Channels;
        var rented = ArrayPool<byte>.Shared.Rent(bytes);
        ResizeAndCrop(source, box, resizedWidth, resizedHeight, rented.AsSpan(0, bytes));
        ChannelConverter.Expand(rented.AsSpan(0, bytes), source.Channels, destinationHwc, Channels);
        ArrayPool<byte>.Shared.Return(rented);
    }

    private void ResizeAndCrop(PixelImage source, PixelRectangle box, int resizedWidth, int resizedHeight, Span<byte> destination)
    {
        var (fromX, toX, width) = View.Columns(resizedWidth, Width);
        var (fromY, toY, height) = View.Rows(resizedHeight, Height);
        if (width < Width || height < Height)
            destination.Clear();
        var stride = Width * source.Channels;
        ImageResizer.Resize(source, box, resizedWidth, resizedHeight, new(fromX, fromY, width, height), Interpolation,
            destination[(toY * stride + toX * source.Channels)..], stride);
        if (View.Shift != 0)
            BorderedCrop.Shift(destination, Width, source.Channels, View.Shift);
        if (View.IsMirrored)
            Mirror.Horizontally(destination, Width, source.Channels);
    }
}
