using Microsoft.ML.Data;
using Ml.Cnn.Trainers.Input;
using Ml.Cnn.Transforms;
using Ml.Cnn.Transforms.Columns;
using Ml.Cnn.Transforms.Decoding;
using Ml.Cnn.Transforms.Geometry;

namespace Ml.Cnn.Inspection.Input;

/// <summary>An image that is looked at: what scoring makes the network's input of, and the pixels that a person sees.</summary>
internal sealed class InspectedPhoto
{
    private InspectedPhoto(ImageRow row, ImageColumnFormat format, PixelImage pixels) => (Row, Format, Pixels) = (row, format, pixels);

    /// <summary>The image as a column would hold it.</summary>
    public ImageRow Row { get; }

    /// <summary>What such a column holds.</summary>
    public ImageColumnFormat Format { get; }

    /// <summary>The whole image, upright, RGBA.</summary>
    public PixelImage Pixels { get; }

    /// <summary>An image file.</summary>
    /// <param name="path">Its path.</param>
    /// <exception cref="IOException">The file cannot be read.</exception>
    /// <exception cref="ImageDecodingException">The image is damaged, or of a format that is not read.</exception>
    public static InspectedPhoto Read(string path)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        try
        {
            return Of(File.ReadAllBytes(path));
        }
        catch (ImageDecodingException e)
        {
            throw new ImageDecodingException($"{path}: {e.Message}", e);
        }
    }

    /// <summary>The content of an image file.</summary>
    /// <param name="encoded">All of it.</param>
    /// <exception cref="ImageDecodingException">The image is damaged, or of a format that is not read.</exception>
    public static InspectedPhoto Of(ReadOnlySpan<byte> encoded)
    {
        var pixels = ImageDecoder.Decode(encoded, new() { Channels = 4 });
        var row = new ImageRow();
        encoded.CopyTo(row.Content.Room<byte>(encoded.Length));
        return new(row, new(ImageColumnTypes.Encoded), pixels);
    }

    /// <summary>An image of a column.</summary>
    /// <param name="row">The image as the column has it; kept.</param>
    /// <param name="format">What the column holds.</param>
    /// <exception cref="ImageDecodingException">The image is damaged, or of a format that is not read.</exception>
    public static InspectedPhoto Of(ImageRow row, ImageColumnFormat format)
    {
        var rgba = new PixelImage();
        ChannelConverter.Convert(format.Type.Decode(row.Content, format, new PixelImage(), new() { Channels = 4 }), rgba, 4);
        return new(row, format, rgba);
    }

    /// <summary>ML.NET's image.</summary>
    /// <param name="image">Stays the caller's to dispose.</param>
    /// <exception cref="ImageDecodingException">The image was disposed.</exception>
    public static InspectedPhoto Of(MLImage image)
    {
        ArgumentNullException.ThrowIfNull(image);
        var row = new ImageRow();
        ImageDecoder.Convert(image, row.Content.ImageRoom(), new() { Channels = 4 });
        return new(row, new(ImageColumnTypes.MLImages), row.Content.Image);
    }
}
