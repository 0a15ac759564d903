using Ml.Cnn.Transforms.Decoding;

namespace Ml.Cnn.Transforms.Inspection;

/// <summary>Sizes and channels, added up image by image.</summary>
internal sealed class ImageStatistics
{
    private ImageSizes? _sizes;

    /// <summary>Zeros before the first image.</summary>
    public ImageSizes Sizes => _sizes ?? new(0, 0, 0, 0);

    public ImageChannels Channels { get; private set; } = new(0, 0, 0);

    public void Add(EncodedImageInfo image)
    {
        _sizes ??= new(image.Width, image.Width, image.Height, image.Height);
        _sizes = new(Math.Min(_sizes.MinWidth, image.Width), Math.Max(_sizes.MaxWidth, image.Width),
            Math.Min(_sizes.MinHeight, image.Height), Math.Max(_sizes.MaxHeight, image.Height));
        Channels = image.Channels switch
        {
            1 => Channels with { Gray = Channels.Gray + 1 },
            3 => Channels with { Rgb = Channels.Rgb + 1 },
            _ => Channels with { Rgba = Channels.Rgba + 1 },
        };
    }
}
